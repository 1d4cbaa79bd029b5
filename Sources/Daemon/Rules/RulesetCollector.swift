// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// Collects ruleset files from folders and single names, each once.
///
/// Source: analysis-engine.md §10: folders are not descended; an entry equal
/// to one already collected is passed over.
struct RulesetCollector {
    private var decoders: [RulesetFile] = []
    private var rules: [RulesetFile] = []
    private var lists: [RulesetFile] = []
    private static let fileLimit = 64 << 20

    /// Adds the decoder files of a folder whose path matches the os_regex
    /// `pattern`, `.xml$` when nil.
    mutating func addDecoders(folder: String, pattern: String?) throws {
        decoders = try Self.adding(folder, pattern, to: decoders)
    }

    /// Adds the rule files of a folder, and the Sigma rules beside them; see
    /// ``addDecoders(folder:pattern:)``.
    mutating func addRules(folder: String, pattern: String?) throws {
        rules = try Self.adding(folder, pattern, to: rules)
        rules = try Self.adding(folder, ".yml$|.yaml$", to: rules)
    }

    mutating func addDecoder(file: String) throws {
        decoders.append(try Self.read(file, as: file))
    }

    mutating func addRule(file: String) throws {
        rules.append(try Self.read(file, as: file))
    }

    /// Adds a list under the path by which rules name it.
    mutating func addList(file: String, named name: String) throws {
        lists.append(try Self.read(file, as: name))
    }

    /// Adds all lists below a folder, also in its folders; rules name them
    /// `naming/PATH`.
    mutating func addLists(folder: String, naming: String) throws {
        for name in FileSystem.names(in: folder) ?? [] {
            let path = folder + "/" + name
            if FileSystem.isFolder(path) {
                try addLists(folder: path, naming: naming + "/" + name)
            } else if !name.hasSuffix(".cdb"), !name.hasPrefix("."), FileSystem.isFile(path) {
                try addList(file: path, named: naming + "/" + name)
            }
        }
    }

    /// Takes out files by name or by `folder/name`.
    mutating func exclude(decoders excluded: [String], rules excludedRules: [String]) {
        decoders.removeAll { Self.isNamed($0.path, by: excluded) }
        rules.removeAll { Self.isNamed($0.path, by: excludedRules) }
    }

    /// What was collected, in load order.
    func files() -> RulesetFiles {
        RulesetFiles(decoders: decoders, rules: rules, lists: lists).sorted()
    }

    private static func adding(
        _ folder: String,
        _ pattern: String?,
        to collected: [RulesetFile]
    ) throws -> [RulesetFile] {
        guard let names = FileSystem.names(in: folder) else {
            throw DaemonError(
                .rulesetFolder,
                "cannot read the ruleset folder \(folder): \(FileSystem.reason())"
            )
        }
        let regex = try pattern.map { try OSRegex($0.utf8, capturing: false) }
        var result = collected
        let known = Set(collected.map(\.path))
        for name in names {
            let path = folder + "/" + name
            let bytes = [UInt8](path.utf8)
            let isWanted =
                regex.map { $0.firstMatch(in: bytes.span) != nil } ?? name.hasSuffix(".xml")
            guard isWanted, !known.contains(path), FileSystem.isFile(path) else { continue }
            result.append(try read(path, as: path))
        }
        return result
    }

    private static func read(_ path: String, as name: String) throws -> RulesetFile {
        RulesetFile(path: name, bytes: try FileSystem.contents(of: path, limit: fileLimit))
    }

    private static func isNamed(_ path: String, by names: [String]) -> Bool {
        names.contains { path == $0 || path.hasSuffix("/" + $0) }
    }
}
