// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reports as SARIF 2.1.0, for code hosts that show findings.
///
/// Source: OASIS SARIF 2.1.0.
package enum SARIF {
    /// `version`: jaga's own, `0.1.0`.
    package static func document(_ reports: [ImageReport], version: String) -> [UInt8] {
        var rules: [String: Finding] = [:]
        for finding in reports.flatMap(\.findings) where rules[finding.id] == nil {
            rules[finding.id] = finding
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            writer.member("version", "2.1.0")
            writer.key("runs")
            writer.array { writer in
                writer.object { writer in
                    writer.key("tool")
                    writer.object { writer in
                        writer.key("driver")
                        writer.object { driver(&$0, rules, version) }
                    }
                    writer.key("results")
                    writer.array { writer in
                        for report in reports {
                            for finding in report.findings {
                                result(&writer, finding, report.image)
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func driver(
        _ writer: inout JSONWriter,
        _ rules: [String: Finding],
        _ version: String
    ) {
        writer.member("name", "jaga")
        writer.member("version", version)
        writer.key("rules")
        writer.array { writer in
            for (id, finding) in rules.sorted(by: { $0.key < $1.key }) {
                writer.object { writer in
                    writer.member("id", id)
                    writer.key("shortDescription")
                    writer.object {
                        $0.member("text", finding.summary.isEmpty ? id : finding.summary)
                    }
                    writer.member("helpUri", finding.advisory.reference)
                    writer.key("properties")
                    writer.object { writer in
                        writer.member("security-severity", severity(finding))
                        writer.member("tags", texts: ["security", "vulnerability"])
                    }
                }
            }
        }
    }

    /// The score; where there is none, one in the middle of its severity.
    private static func severity(_ finding: Finding) -> String {
        if let score = finding.score { return "\(score)" }
        return switch finding.severity {
        case .critical: "9.5"
        case .high: "8.0"
        case .medium: "5.5"
        case .low: "2.0"
        case .unknown: "0.0"
        }
    }

    private static func result(
        _ writer: inout JSONWriter,
        _ finding: Finding,
        _ image: ImageInventory
    ) {
        let package = finding.package
        let fix = finding.fixed.map { ", fixed in \($0)" } ?? ", no fix yet"
        writer.object { writer in
            writer.member("ruleId", finding.id)
            writer.member("level", finding.severity >= .high ? "error" : "warning")
            writer.key("message")
            writer.object {
                $0.member(
                    "text",
                    "\(package.name) \(package.version) in \(image.title) has \(finding.id)\(fix)"
                )
            }
            writer.key("locations")
            writer.array { writer in
                writer.object { writer in
                    writer.key("physicalLocation")
                    writer.object { writer in
                        writer.key("artifactLocation")
                        writer.object {
                            $0.member("uri", package.path.isEmpty ? "." : package.path)
                        }
                    }
                }
            }
            writer.key("partialFingerprints")
            writer.object { $0.member("jaga/v1", "\(image.title) \(finding.key)") }
        }
    }
}
