// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset

/// Which rules are looked for.
struct RuleSearch {
    private let words: [String]
    private let group: String?
    private let levels: ClosedRange<Int>
    private let file: String?

    /// - Throws: ``Problem`` that names the parameter.
    init(_ parameters: QueryParameters) throws(Problem) {
        words = (parameters.text("q") ?? "").lowercased().split(separator: " ").map(String.init)
        group = parameters.text("group")
        file = parameters.text("file")
        levels = try Self.levels(parameters.text("level"))
    }

    /// Whether a rule has everything that was asked.
    func matches(_ rule: Rule) -> Bool {
        guard levels.contains(rule.level) else { return false }
        if let group, !rule.metadata.groups.contains(group) { return false }
        if let file, !rule.location.file.hasSuffix(file) { return false }
        guard !words.isEmpty else { return true }
        let text = Self.text(of: rule)
        return words.allSatisfy { word in text.contains(word) || word == String(rule.id) }
    }

    private static func text(of rule: Rule) -> String {
        let mitre = rule.metadata.mitre
        let texts =
            [rule.description.raw] + rule.metadata.groups + (mitre?.ids ?? [])
            + (mitre?.techniques ?? []) + (mitre?.tactics ?? [])
        return texts.joined(separator: "\n").lowercased()
    }

    private static func levels(_ text: String?) throws(Problem) -> ClosedRange<Int> {
        guard let text else { return 0...16 }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
            first <= last
        else { throw .parameter("level", "a level or a range of levels is needed: 7, 7-16") }
        return first...last
    }
}

/// The rules above and below one.
struct RuleFamily {
    /// Ids, rising, each once.
    let parents: [Int]
    let children: [Int]

    /// - Complexity: O(nodes of the ruleset)
    init(of rule: Int, in ruleset: Ruleset) {
        var parents: Set<Int> = []
        var children: Set<Int> = []
        for node in ruleset.nodes where node.rule == rule {
            if let parent = node.parent {
                parents.insert(ruleset.rules[ruleset.nodes[parent].rule].id)
            }
            for child in node.children {
                children.insert(ruleset.rules[ruleset.nodes[child].rule].id)
            }
        }
        self.parents = parents.sorted()
        self.children = children.sorted()
    }
}

/// An element's text, cut out of its file.
enum ElementText {
    /// The longest element, in bytes.
    private static let limit = 1 << 18

    /// The text from the element's `<` to the end of its end tag.
    ///
    /// Nil when no such element begins there, as when the file was changed after
    /// the ruleset was loaded. What is not UTF-8 is replaced.
    static func cut(_ element: String, at place: SourceLocation, from bytes: [UInt8]) -> String? {
        guard let start = offset(of: place, in: bytes) else { return nil }
        let text = bytes[start...].prefix(limit)
        guard begins(text, with: "<" + element) else { return nil }
        let endTag = "</" + element
        var position = text.startIndex
        while position < text.endIndex {
            if begins(text[position...], with: "<!") {
                position = commentEnd(text, position)
            } else if text[position] == UInt8(ascii: "\\") {
                position += 2
            } else if begins(text[position...], with: endTag),
                let end = text[position...].firstIndex(of: UInt8(ascii: ">"))
            {
                return String(decoding: text[...end], as: UTF8.self)
            } else {
                position += 1
            }
        }
        return nil
    }

    /// Comments end with `-->` or `!>`.
    ///
    /// Source: analysis-engine.md §1.
    private static func commentEnd(_ text: ArraySlice<UInt8>, _ start: Int) -> Int {
        var position = start + 2
        while position < text.endIndex {
            let rest = text[position...]
            if begins(rest, with: "-->") { return position + 3 }
            if begins(rest, with: "!>") { return position + 2 }
            position += 1
        }
        return text.endIndex
    }

    private static func offset(of place: SourceLocation, in bytes: [UInt8]) -> Int? {
        var line = 1
        var start = 0
        while line < place.line {
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
            line += 1
        }
        let offset = start + max(place.column, 1) - 1
        return offset < bytes.count ? offset : nil
    }

    /// Whether bytes begin with a word in any ASCII case.
    private static func begins(_ bytes: ArraySlice<UInt8>, with word: String) -> Bool {
        var rest = bytes.makeIterator()
        for expected in word.utf8 {
            guard let byte = rest.next() else { return false }
            let lowered = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard lowered == expected else { return false }
        }
        return true
    }
}
