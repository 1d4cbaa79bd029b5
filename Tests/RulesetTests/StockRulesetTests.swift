// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc
import JagaTesting
import Ruleset
import Testing

/// Loads the rulesets of the test data, which the product never needs; without
/// the data the tests are disabled and say where it is looked for.
@Suite("The ruleset that users have", .enabled(if: TestData.folder != nil, "\(TestData.absence)"))
struct StockRulesetTests {
    @Test("the stock ruleset loads whole")
    func stock() throws {
        let files = try stockFiles(in: "wazuh-4.14.7-ruleset", without: "0215-policy_rules.xml")

        let loading = RulesetLoader.load(files, settings: RulesetSettings())

        // Rule 91821 names itself among its parents.
        #expect(loading.diagnostics.map(\.code) == ["own-parent"])
        #expect(loading.diagnostics.map(\.severity) == [.note])
        #expect(loading.counts.decoders == 1575)
        #expect(loading.counts.rules == 4510)
        #expect(loading.counts.skippedRules == 0)
        let ruleset = try #require(loading.ruleset)
        #expect(ruleset.rules.count == 4510)
        #expect(ruleset.nodes.count == 8448)
        #expect(ruleset.lists.count == 5)
        let named = Set(ruleset.rules.flatMap { $0.metadata.mitre?.ids ?? [] })
        #expect(named.count == 167)
        // A tactic in place of a technique, which Wazuh does not know either.
        #expect(named.filter { MitreMatrix.technique($0) == nil } == ["TA0006"])
        #expect(!ruleset.asksForPlaces)
    }

    @Test("the ruleset of the sessions loads, without the rules that it breaks on purpose")
    func sessions() throws {
        let files = try stockFiles(in: "ruleset-tests/ruleset", without: nil)

        let loading = RulesetLoader.load(files, settings: .logtest)

        #expect(loading.ruleset != nil)
        #expect(loading.counts.decoders == 1635)
        #expect(loading.counts.rules == 4730)
        #expect(loading.counts.skippedRules == 70)
        let codes = Dictionary(grouping: loading.diagnostics, by: \.code).mapValues(\.count)
        #expect(
            codes == [
                "duplicate-rule": 68, "fixed-by-overwrite": 2, "unknown-list": 1,
                "own-parent": 1, "bad-value": 1,
            ]
        )
    }

    private static let lists = [
        "audit-keys", "security-eventchannel", "amazon/aws-eventnames", "amazon/aws-sources",
        "malicious-ioc/malicious-domains", "malicious-ioc/malicious-ip",
        "malicious-ioc/malware-hashes",
    ]

    private func stockFiles(in folder: String, without excluded: String?) throws -> RulesetFiles {
        let decoders = try xmlFiles(in: folder + "/decoders")
        let rules = try xmlFiles(in: folder + "/rules").filter { $0.path != excluded ?? "" }
        let lists = try Self.lists.map { name in
            let bytes = try #require(TestData.bytes(folder + "/lists/" + name))
            return RulesetFile(path: "etc/lists/" + name, bytes: bytes)
        }
        try #require(decoders.count > 100 && rules.count > 100)
        return RulesetFiles(decoders: decoders, rules: rules, lists: lists).sorted()
    }

    private func xmlFiles(in folder: String) throws -> [RulesetFile] {
        let root = try #require(TestData.folder)
        let stream = try #require(opendir(root + "/" + folder))
        defer { closedir(stream) }
        var files: [RulesetFile] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".xml") else { continue }
            let bytes = try #require(TestData.bytes(folder + "/" + name))
            files.append(RulesetFile(path: name, bytes: bytes))
        }
        return files
    }
}
