// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Ruleset
import Testing

@Suite("golden cases of the default ruleset")
struct GoldenTests {
    private static let isUpdating = ProcessInfo.processInfo.environment["JAGA_GOLDEN_UPDATE"] == "1"

    @Test("there are cases, and each can be read")
    func count() throws {
        let cases = try GoldenCase.loaded.get()

        #expect(cases.count >= 50)
        for golden in cases {
            #expect(!golden.inputs.isEmpty, "\(golden.name) has no input")
        }
    }

    @Test("the default ruleset loads without a warning")
    func loads() throws {
        let loading = try GoldenRuleset.shipped.get()

        #expect(loading.ruleset != nil)
        #expect(loading.diagnostics.map { "\($0)" }.joined(separator: "\n") == "")
    }

    @Test("each technique that a rule names is known, with its tactics")
    func techniques() throws {
        let ruleset = try #require(try GoldenRuleset.shipped.get().ruleset)

        let named = Set(ruleset.rules.flatMap { $0.metadata.mitre?.ids ?? [] })
        let unknown = named.filter { MitreMatrix.technique($0)?.tactics.isEmpty ?? true }

        #expect(named.count >= 20)
        #expect(unknown == [])
        #expect(MitreMatrix.technique("T1078")?.name == "Valid Accounts")
        #expect(
            MitreMatrix.technique("T1078")?.tactics == [
                "Defense Evasion", "Persistence", "Privilege Escalation", "Initial Access",
            ]
        )
        #expect(MitreMatrix.technique("T9999") == nil)
    }

    @Test("each line of a case comes to what stands below the dashes", arguments: GoldenCase.all)
    func lines(golden: GoldenCase) throws {
        let loading = try GoldenRuleset.ruleset(of: golden)
        let ruleset = try #require(loading.ruleset, "\(loading.diagnostics)")
        var engine = GoldenRuleset.engine(ruleset)

        let reports = engine.reports(
            of: golden.inputs,
            location: golden.location,
            agent: golden.agent,
            kind: golden.kind,
            gaps: golden.gaps
        )

        if Self.isUpdating {
            try golden.update(from: reports)
            return
        }
        try #require(golden.inputs.count == golden.expectations.count, "one line for each input")
        for (index, report) in reports.enumerated() {
            let differences = golden.expectations[index].differences(from: report)
            #expect(
                differences.isEmpty,
                """
                \(golden.name), line \(index + 1): \(golden.inputs[index])
                \(differences.joined(separator: "\n"))
                \(String(decoding: report.alertJSON, as: UTF8.self))
                """
            )
        }
    }

    @Test("each rule that alerts is fired by a case, and comes near in another")
    func coverage() throws {
        let ruleset = try #require(try GoldenRuleset.shipped.get().ruleset)
        let expectations = try GoldenCase.loaded.get().filter { $0.rulesetFolder == nil }
            .flatMap(\.expectations)

        let alerting = ruleset.rules.filter { $0.level > 0 }.map { String($0.id) }
        let fired = Set(
            expectations.compactMap(\.rule) + expectations.flatMap { $0.also ?? [] }
        )
        let near = Set(expectations.flatMap { $0.not ?? [] })

        #expect(alerting.filter { !fired.contains($0) } == [], "rules that no case fires")
        #expect(alerting.filter { !near.contains($0) } == [], "rules that no case only comes near")
        let known = Set(ruleset.rules.map { String($0.id) })
        #expect(near.subtracting(known) == [], "ids after `not` that no rule has")
    }
}

extension GoldenCase {
    /// Rewrites the lines below the dashes with what the engine says now.
    func update(from reports: [EventReport]) throws {
        let lines = reports.enumerated().map { index, report in
            let expectation =
                index < expectations.count
                ? expectations[index] : GoldenExpectation(decoder: "")
            return expectation.updated(from: report)
        }
        try text(expecting: lines).write(toFile: path, atomically: true, encoding: .utf8)
    }
}
