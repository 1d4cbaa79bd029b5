// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The report as SARIF, for pipelines.
///
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
extension AuditReport {
    /// One result for each failed check and thing that fails it.
    package func sarif(toolVersion: String) throws -> [UInt8] {
        try PostureJSON.encode(Log(self, toolVersion))
    }

    private struct Log: Encodable {
        let schema = "https://json.schemastore.org/sarif-2.1.0.json"
        let version = "2.1.0"
        let runs: [Run]

        init(_ report: AuditReport, _ toolVersion: String) {
            runs = [Run(report, toolVersion)]
        }

        enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }

    private struct Run: Encodable {
        let tool: Tool
        let results: [Entry]

        init(_ report: AuditReport, _ version: String) {
            let failed = report.results.filter { $0.result == .failed }
            tool = Tool(driver: Driver(version: version, rules: failed.map(Rule.init)))
            results = failed.enumerated().flatMap { index, result in
                let subjects = result.subjects.isEmpty ? [report.host] : result.subjects
                return subjects.map { Entry(result, index, $0) }
            }
        }
    }

    private struct Tool: Encodable {
        let driver: Driver
    }

    private struct Driver: Encodable {
        let name = "jaga audit"
        let version: String
        let rules: [Rule]
    }

    private struct Text: Encodable {
        let text: String
    }

    private struct Rule: Encodable {
        let id: String
        let shortDescription: Text
        let fullDescription: Text
        let help: Text

        init(_ result: Result) {
            id = "CIS-\(result.id)"
            shortDescription = Text(text: result.title)
            fullDescription = Text(text: result.why)
            help = Text(text: result.remedy)
        }
    }

    private struct Entry: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level = "error"
        let message: Text
        let locations: [Place]

        init(_ result: Result, _ index: Int, _ subject: String) {
            ruleId = "CIS-\(result.id)"
            ruleIndex = index
            message = Text(text: "\(result.title): \(result.reason): \(subject)")
            locations = [
                Place(
                    logicalLocations: [
                        Name(name: subject, fullyQualifiedName: "\(result.section)/\(subject)")
                    ]
                )
            ]
        }
    }

    private struct Place: Encodable {
        let logicalLocations: [Name]
    }

    private struct Name: Encodable {
        let name: String
        let fullyQualifiedName: String
    }
}
