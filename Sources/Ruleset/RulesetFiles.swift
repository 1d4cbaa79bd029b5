// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A file of a ruleset, read by somebody else.
package struct RulesetFile: Sendable {
    /// Path as the user would open it; of a list, as rules name it.
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// The path without its folders.
    var baseName: Substring {
        guard let slash = path.lastIndex(of: "/") else { return path[...] }
        return path[path.index(after: slash)...]
    }
}

/// All files of a ruleset, each kind in load order.
package struct RulesetFiles: Sendable {
    package var decoders: [RulesetFile]
    package var rules: [RulesetFile]
    /// CDB lists; their order does not matter.
    package var lists: [RulesetFile]

    package init(decoders: [RulesetFile], rules: [RulesetFile], lists: [RulesetFile]) {
        self.decoders = decoders
        self.rules = rules
        self.lists = lists
    }

    /// The same files in the order in which Wazuh loads them: by base name, byte
    /// by byte, whatever their folders; equal names keep their order.
    ///
    /// Source: analysis-engine.md §10.
    package func sorted() -> RulesetFiles {
        RulesetFiles(
            decoders: Self.sorted(decoders),
            rules: Self.sorted(rules),
            lists: lists
        )
    }

    private static func sorted(_ files: [RulesetFile]) -> [RulesetFile] {
        files.sorted { $0.baseName.utf8.lexicographicallyPrecedes($1.baseName.utf8) }
    }
}
