// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import JagaTesting
import Ruleset

/// Rulesets of the test data, loaded once.
enum StockRuleset {
    /// The stock ruleset as prepared for the sessions; nil when it is missing.
    static let sessions: Ruleset? = load("ruleset-tests/ruleset")

    private static func load(_ folder: String) -> Ruleset? {
        let files = RulesetFiles(
            decoders: xmlFiles(in: folder + "/decoders"),
            rules: xmlFiles(in: folder + "/rules"),
            lists: lists(in: folder + "/lists")
        )
        return RulesetLoader.load(files.sorted(), settings: .logtest).ruleset
    }

    private static func lists(in folder: String) -> [RulesetFile] {
        [
            "audit-keys", "security-eventchannel", "amazon/aws-eventnames",
            "amazon/aws-sources", "malicious-ioc/malicious-domains",
            "malicious-ioc/malicious-ip", "malicious-ioc/malware-hashes",
        ].compactMap { name in
            TestData.bytes(folder + "/" + name).map {
                RulesetFile(path: "etc/lists/" + name, bytes: $0)
            }
        }
    }

    private static func xmlFiles(in folder: String) -> [RulesetFile] {
        guard let root = TestData.folder, let stream = opendir(root + "/" + folder) else {
            return []
        }
        defer { closedir(stream) }
        var files: [RulesetFile] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".xml"), let bytes = TestData.bytes(folder + "/" + name) else {
                continue
            }
            files.append(RulesetFile(path: name, bytes: bytes))
        }
        return files
    }
}
