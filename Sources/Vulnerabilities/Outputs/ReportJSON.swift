// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reports as JSON: of the command line, of the API.
package enum ReportJSON {
    /// A list of reports.
    package static func document(_ reports: [ImageReport]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("images")
            writer.array { writer in
                for report in reports { write(report, to: &writer) }
            }
        }
        return writer.bytes
    }

    /// One report as an object.
    package static func write(_ report: ImageReport, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", report.image.id)
            writer.member("names", texts: report.image.names)
            writer.member("architecture", report.image.architecture)
            writer.member("system", report.image.release?.name ?? "")
            writer.member("layers", texts: report.image.layers)
            writer.member("packages", Int64(report.image.packages.count))
            if let time = report.advisoryTime {
                writer.member("advisories", CalendarDay.moment(time))
            }
            writer.member("gaps", texts: report.gaps)
            writer.key("counts")
            writer.object { counts(report, to: &$0) }
            writer.key("vulnerabilities")
            writer.array { writer in
                for finding in report.findings { write(finding, report.image, to: &writer) }
            }
            guard !report.excepted.isEmpty else { return }
            writer.key("excepted")
            writer.array { writer in
                for excepted in report.excepted {
                    writer.object { writer in
                        writer.member("id", excepted.finding.id)
                        writer.member("package", excepted.finding.package.name)
                        writer.member("severity", excepted.finding.severity.word)
                        writer.member("reason", excepted.reason)
                    }
                }
            }
        }
    }

    /// The members `critical` to `unknown`, and `exploited`.
    package static func counts(_ report: ImageReport, to writer: inout JSONWriter) {
        for severity in Severity.allCases.reversed() {
            writer.member(severity.name, Int64(report.counts[severity] ?? 0))
        }
        writer.member("exploited", Int64(report.findings.count(where: \.isExploited)))
    }

    private static func write(
        _ finding: Finding,
        _ image: ImageInventory,
        to writer: inout JSONWriter
    ) {
        let package = finding.package
        writer.object { writer in
            writer.member("id", finding.id)
            writer.member("advisory", finding.advisory.id)
            writer.member("source", finding.advisory.source)
            writer.member("severity", finding.severity.word)
            if let score = finding.score {
                writer.key("score")
                writer.decimal(score)
            }
            writer.member("vector", finding.vector)
            writer.member("kind", package.kind.rawValue)
            writer.member("package", package.name)
            writer.member("version", package.version)
            writer.member("fixed", finding.fixed ?? "")
            writer.member("condition", finding.condition)
            writer.member("purl", package.purl(image.release))
            writer.member("path", package.path)
            if let layer = package.layer, image.layers.indices.contains(layer) {
                writer.member("layer", image.layers[layer])
            }
            writer.member("exploited", finding.isExploited)
            writer.member("exploited_since", finding.exploitedSince)
            if let likelihood = finding.likelihood {
                writer.key("epss")
                writer.decimal(likelihood)
            }
            writer.member("summary", finding.summary)
            writer.member("published", finding.published)
            writer.member("reference", finding.advisory.reference)
        }
    }
}
