// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Ruleset
import Testing

@Suite("Finding the ruleset's files")
struct RulesetFinderTests {
    @Test("Sigma rules beside XML rules are collected, by name, and other files are not")
    func sigma() throws {
        let folder = NSTemporaryDirectory() + "jaga-finder-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder + "/rules",
            withIntermediateDirectories: true
        )
        let xml = """
            <group name="syslog,"><rule id="1" level="0" noalert="1"><category>syslog</category>
            <description>logs</description></rule></group>
            """
        let sigma = "title: T\nlogsource: {product: linux}\ndetection: {s: [shell], condition: s}\n"
        for (name, text) in [
            ("b.xml", xml), ("a.yml", sigma), ("c.yaml", sigma.replacing("T", with: "U")),
            ("d.yml.bak", "no rule"), ("README.md", "no rule"),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/rules/\(name)"))
        }

        let files = try RulesetFinder(environment: [:]).files(in: [folder])

        let names = files.rules.map { $0.path.split(separator: "/").last.map(String.init) }
        #expect(names == ["a.yml", "b.xml", "c.yaml"])
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        #expect(loading.diagnostics.isEmpty)
        #expect(loading.counts.sigmaRules == 2)
        #expect(loading.counts.rules == 1)
    }
}
