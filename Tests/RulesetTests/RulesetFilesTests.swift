// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset
import Testing

@Suite("The files of a ruleset")
struct RulesetFilesTests {
    @Test("are sorted by base name, byte by byte, whatever their folders")
    func order() {
        let paths = [
            "ruleset/rules/0020-b.xml", "etc/rules/local.xml", "etc/rules/0010-a.xml",
            "a/Zulu.xml", "z/0020-b.xml", "plain",
        ]
        let files = RulesetFiles(
            decoders: [],
            rules: paths.map { RulesetFile(path: $0, bytes: []) },
            lists: []
        )

        #expect(
            files.sorted().rules.map(\.path) == [
                "etc/rules/0010-a.xml", "ruleset/rules/0020-b.xml", "z/0020-b.xml", "a/Zulu.xml",
                "etc/rules/local.xml", "plain",
            ]
        )
    }
}
