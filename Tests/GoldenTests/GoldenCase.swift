// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Testing

/// A file of input lines and what each must come to.
///
///     # Why these lines belong together.
///     # location: Wazuh-Docker
///     {"integration": "docker", ...}
///     ----------
///     {"rule":"87901","level":3}
///
/// Comments stand first; among them `location:` names where the events come from,
/// `agent: ID NAME ADDRESS` the agent, when that is not the manager, and
/// `gap: LINE SECONDS` says how much more time passes before a line, counted from 1, and
/// `queue:` is the byte of the queue that the events came through (EventKind), and
/// `ruleset:` names a folder with `decoders.xml`, `rules.xml` and lists instead of Jaga's own.
/// Each line is an event, one second after the one before; all share one engine,
/// fresh for the case. Below the dashes stands one expectation for each.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    /// Path below the folder of cases, without the extension.
    let name: String
    let path: String
    let comments: [String]
    let inputs: [String]
    let expectations: [GoldenExpectation]

    var testDescription: String { name }

    var location: String {
        comments.compactMap { comment in
            comment.hasPrefix("# location: ") ? String(comment.dropFirst(12)) : nil
        }.first ?? "stdin"
    }

    /// The agent's id, name and address; nil for the manager.
    var agent: [String]? {
        comments.compactMap { comment in
            comment.hasPrefix("# agent: ")
                ? comment.dropFirst(9).split(separator: " ").map(String.init) : nil
        }.first { $0.count == 3 }
    }

    /// Seconds that pass before a line, by its number from 1, besides the one.
    var gaps: [Int: Int64] {
        let pairs = comments.filter { $0.hasPrefix("# gap: ") }.compactMap { comment in
            let numbers = comment.dropFirst(7).split(separator: " ").compactMap { Int64($0) }
            return numbers.count == 2 ? (Int(numbers[0]), numbers[1]) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: +)
    }

    /// What the events are; a log's lines unless the case says so.
    var kind: EventKind {
        comments.compactMap { comment in
            comment.hasPrefix("# queue: ") ? comment.utf8.last : nil
        }.first.map(EventKind.init(queue:)) ?? .log
    }

    /// The folder of the case's own ruleset, below that of cases; nil for the shipped.
    var rulesetFolder: String? {
        comments.compactMap { comment in
            comment.hasPrefix("# ruleset: ") ? String(comment.dropFirst(11)) : nil
        }.first.map { Self.folder + "/" + $0 }
    }

    static let separator = "----------"

    init(name: String, path: String) throws {
        self.name = name
        self.path = path
        let lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let middle = lines.firstIndex(of: Self.separator) else {
            throw GoldenError("\(path) has no line of ten dashes")
        }
        comments = Array(lines[..<middle].prefix { $0.hasPrefix("# ") })
        inputs = Array(lines[comments.count..<middle])
        expectations = try lines[(middle + 1)...].filter { !$0.isEmpty }.map { line in
            try JSONDecoder().decode(GoldenExpectation.self, from: Data(line.utf8))
        }
    }

    /// The file with other lines below the dashes.
    func text(expecting lines: [String]) -> String {
        (comments + inputs + [Self.separator] + lines).joined(separator: "\n") + "\n"
    }

    /// All cases, by name; or what is wrong with one.
    static let loaded = Result { try load() }

    /// ``loaded``, or none: the test of their number says why.
    static var all: [GoldenCase] {
        switch loaded {
        case .success(let cases): cases
        case .failure: []
        }
    }

    private static func load() throws -> [GoldenCase] {
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
        return try (files ?? []).filter { $0.hasSuffix(".case") }.sorted().map { file in
            try GoldenCase(name: String(file.dropLast(5)), path: folder + "/" + file)
        }
    }

    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Cases"
}

/// A case that cannot be run.
struct GoldenError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
