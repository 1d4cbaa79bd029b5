// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc
import Patterns
package import Ruleset

/// Finds the files of a ruleset and reads them, in load order.
package struct RulesetFinder: Sendable {
    /// The folder with Jaga's own `decoders`, `rules`, `lists`; nil when it
    /// was not found.
    package let shipped: String?

    /// Looks for the shipped ruleset: `JAGA_RULESET`, then beside the binary
    /// as `make dist` lays it (`../share/jaga/ruleset`), then in the checkout
    /// that the binary was built in.
    package init(environment: [String: String]) {
        shipped = ShippedFolder(environment: environment).path(
            of: "ruleset",
            variable: "JAGA_RULESET",
            mark: "rules"
        )
    }

    /// The files of whole ruleset folders, each with `decoders`, `rules` and
    /// `lists` below it; a part may be missing, not all three.
    ///
    /// - Throws: ``DaemonError`` `ruleset-folder` or `unreadable-file`.
    package func files(in folders: [String]) throws -> RulesetFiles {
        var collector = RulesetCollector()
        for folder in folders {
            guard Self.parts.contains(where: { hasPart($0, in: folder) })
            else {
                throw DaemonError(
                    .rulesetFolder,
                    "\(folder) has none of the folders decoders, rules and lists: name a ruleset's folder"
                )
            }
            try addParts(of: folder, to: &collector)
        }
        return collector.files()
    }

    /// What `jaga up` loads: the shipped ruleset and the user's additions in
    /// the data folder, or what `<ruleset>` names instead of the former.
    ///
    /// - Throws: ``DaemonError`` `ruleset-folder` or `unreadable-file`.
    package func files(
        section: RulesetSection,
        data: DataFolder?
    ) throws -> RulesetFiles {
        var collector = RulesetCollector()
        let base = data?.path ?? "."
        if section.decoderFolders.isEmpty {
            try collector.addDecoders(folder: try shippedFolder() + "/decoders", pattern: nil)
        }
        if section.ruleFolders.isEmpty {
            try collector.addRules(folder: try shippedFolder() + "/rules", pattern: nil)
        }
        try collector.addLists(folder: try shippedFolder() + "/lists", naming: "etc/lists")
        for folder in section.decoderFolders {
            try collector.addDecoders(
                folder: resolve(folder.path, base),
                pattern: folder.pattern
            )
        }
        for folder in section.ruleFolders {
            try collector.addRules(folder: resolve(folder.path, base), pattern: folder.pattern)
        }
        if let data, FileSystem.isFolder(data.etc) { try addParts(of: data.etc, to: &collector) }
        for file in section.decoderIncludes {
            try collector.addDecoder(file: resolve(included(file, "decoders"), base))
        }
        for file in section.ruleIncludes {
            try collector.addRule(file: resolve(included(file, "rules"), base))
        }
        for list in section.lists { try collector.addList(file: resolve(list, base), named: list) }
        collector.exclude(decoders: section.decoderExcludes, rules: section.ruleExcludes)
        return collector.files()
    }

    /// Where the files of ``files(section:data:)`` lie, those included that are not
    /// there yet.
    package func places(section: RulesetSection, data: DataFolder?) -> RulesetWatch.Places {
        let base = data?.path ?? "."
        var folders = (section.decoderFolders + section.ruleFolders).map { resolve($0.path, base) }
        if let shipped {
            let used = [
                section.decoderFolders.isEmpty ? "/decoders" : nil,
                section.ruleFolders.isEmpty ? "/rules" : nil, "/lists",
            ]
            folders += used.compactMap { $0.map { shipped + $0 } }
        }
        if let data { folders += Self.parts.map { data.etc + "/" + $0 } }
        let files =
            section.decoderIncludes.map { resolve(included($0, "decoders"), base) }
            + section.ruleIncludes.map { resolve(included($0, "rules"), base) }
            + section.lists.map { resolve($0, base) }
        return RulesetWatch.Places(folders: folders, files: files)
    }

    /// Where the files of ``files(in:)`` lie.
    package func places(in folders: [String]) -> RulesetWatch.Places {
        RulesetWatch.Places(
            folders: folders.flatMap { folder in Self.parts.map { folder + "/" + $0 } },
            files: []
        )
    }

    private static let parts = ["decoders", "rules", "lists"]

    private func shippedFolder() throws -> String {
        if let shipped { return shipped }
        throw DaemonError(
            .rulesetFolder,
            "Jaga's own ruleset was not found beside the binary: set JAGA_RULESET to its folder"
        )
    }

    private func hasPart(_ part: String, in folder: String) -> Bool {
        FileSystem.isFolder(folder + "/" + part)
    }

    private func addParts(of folder: String, to collector: inout RulesetCollector) throws {
        if hasPart("decoders", in: folder) {
            try collector.addDecoders(folder: folder + "/decoders", pattern: nil)
        }
        if hasPart("rules", in: folder) {
            try collector.addRules(folder: folder + "/rules", pattern: nil)
        }
        if hasPart("lists", in: folder) {
            try collector.addLists(folder: folder + "/lists", naming: "etc/lists")
        }
    }

    /// A bare name means the default folder (§10 of the engine's spec).
    private func included(_ file: String, _ part: String) -> String {
        file.contains("/") ? file : "ruleset/\(part)/\(file)"
    }

    /// A path of `ossec.conf`: absolute, or below the data folder; what stands
    /// below `ruleset/` there may be Jaga's own.
    private func resolve(_ path: String, _ base: String) -> String {
        if path.hasPrefix("/") { return path }
        let below = base + "/" + path
        if access(below, F_OK) == 0 { return below }
        if path.hasPrefix("ruleset/"), let shipped {
            return shipped + "/" + path.dropFirst("ruleset/".count)
        }
        return below
    }
}
