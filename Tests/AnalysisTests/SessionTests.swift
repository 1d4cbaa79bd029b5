// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import FoundationEssentials
import JagaTesting
import Ruleset
import Testing

/// The sessions of the test data, as analysis-engine.md §11 judges them.
///
/// The product never needs the data; without it the test is disabled and says
/// where it is looked for.
@Suite("Sessions", .enabled(if: TestData.folder != nil, "\(TestData.absence)"))
struct SessionTests {
    private struct Record: Decodable {
        let file: String
        let `case`: String
        let logs: [Line]
        let expect: Expectation
    }

    private struct Line: Decodable {
        let n: Int
        let mode: String
        let log: String
    }

    private struct Expectation: Decodable {
        let rule: Int
        let level: Int
        let decoder: String
    }

    @Test("every session ends in the rule, level and decoder that Wazuh gives it")
    func sessions() throws {
        let ruleset = try #require(StockRuleset.sessions)
        let records = try readRecords()
        try #require(records.count > 300)
        let fresh = AnalysisEngine(
            ruleset: ruleset,
            configuration: .init(
                managerName: "manager",
                mode: .session(alertLevel: 0),
                places: Self.places
            )
        )

        var judged = 0
        for record in records {
            for lines in sessions(of: record) {
                judged += 1
                judge(lines, record, fresh)
            }
        }

        #expect(judged == 420)
    }

    /// Where the sessions' addresses are, as their rules want it.
    private static let places = AddressPlaces { address in
        let places: [String: String] = [
            "41.78.120.9": "CF / Haut-Mbomou", "194.69.224.10": "PL / Mazovia",
            "8.8.8.8": "US / California", "2.136.147.146": "ES / Madrid",
            "2.136.14.146": "ES / Catalonia",
        ]
        return places[String(decoding: address, as: UTF8.self)].map { Array($0.utf8) }
    }

    private func readRecords() throws -> [Record] {
        let name = "ruleset-tests/dev.wazuh-ruleset-tests.jsonl"
        let bytes = try #require(TestData.bytes(name))
        return try bytes.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Record.self, from: Data($0))
        }
    }

    /// Lines of one number form one session, in order.
    private func sessions(of record: Record) -> [[Line]] {
        Dictionary(grouping: record.logs, by: \.n).sorted { $0.key < $1.key }.map(\.value)
    }

    private func judge(_ lines: [Line], _ record: Record, _ fresh: AnalysisEngine) {
        var engine = fresh
        let agent = AgentIdentity(id: "000", name: "manager")
        let source = EventSource(agent: agent, location: "stdin")
        let time = Timestamp(nanoseconds: 1_795_000_000_000_000_000)
        var report: EventReport?
        for line in lines where !line.log.isEmpty {
            let text = [UInt8](line.log.utf8)
            report = engine.inspect(text.span, from: source, at: time, .result)
        }
        let result = [
            report?.rule.map { "\($0.id)" } ?? "", report?.rule.map { "\($0.level)" } ?? "",
            report?.decoder?.name ?? "",
        ]
        let expected = [
            "\(record.expect.rule)", "\(record.expect.level)", record.expect.decoder,
        ]
        let isEqual = result == expected
        let isAsWanted = lines.last?.mode == "fail" ? !isEqual : isEqual
        #expect(
            isAsWanted,
            """
            \(record.file), \(record.case), \(lines.last?.mode ?? "")
            expected \(expected), got \(result)
            fields \(report.map { String(decoding: $0.dataJSON, as: UTF8.self) } ?? "")
            \(lines.map(\.log).joined(separator: "\n"))
            """
        )
    }
}
