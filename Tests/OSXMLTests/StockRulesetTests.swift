// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import JagaTesting
import OSXML
import Testing

@Suite("The files that users of Wazuh have")
struct StockRulesetTests {
    // The stock ruleset lies outside of the checkout: see TestData.absence.
    @Test(
        "every file of rules and decoders is read",
        .enabled(if: StockRulesetTests.folder != nil, "test data not found"),
        arguments: [("rules", "group", 100), ("decoders", "decoder", 100)]
    )
    func stockFiles(kind: String, root: String, atLeast: Int) throws {
        let folder = try #require(Self.folder) + "/" + kind
        let names = Self.names(in: folder)
        try #require(names.count >= atLeast)

        for name in names {
            let bytes = try #require(TestData.fileBytes(folder + "/" + name))
            let document = try OSXMLDocument.parse(bytes, variables: true)

            #expect(document.roots.allSatisfy { $0.isNamed(root) }, "\(name)")
            #expect(!document.roots.isEmpty, "\(name)")
        }
    }

    static var folder: String? {
        guard let data = TestData.folder else { return nil }
        let path = data + "/wazuh-4.14.7-ruleset"
        return access(path, R_OK) == 0 ? path : nil
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".xml") { names.append(name) }
        }
        return names.sorted()
    }
}
