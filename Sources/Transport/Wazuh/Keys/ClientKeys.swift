// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// The agents of a manager, as `client.keys` keeps them.
///
/// One agent a line. Lines that start with `#` or a blank are comments and stay;
/// an agent that was removed has `!` before its name and keeps its id from being
/// given again.
/// Source: around-the-engine.md §4.5.
package struct ClientKeys: Sendable {
    /// Bytes of a file at most: some 200,000 agents.
    package static let sizeLimit = 32 << 20

    private enum Line: Sendable {
        case agent(AgentKey)
        case removed(id: String, text: String)
        case comment(String)
        /// Nothing: its number only keeps those of the others.
        case gone
    }

    private var lines: [Line] = []
    /// Which line an id stands in.
    private var places: [String: Int] = [:]
    /// The highest id that was ever given, as far as the file tells.
    package private(set) var highestID = 0

    package init() {}

    /// Reads a file; lines that say nothing known are left out and reported, and of
    /// two with the same id the later counts.
    package init(_ text: String, file: String, diagnostics: inout [Diagnostic]) {
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            if line.isEmpty { continue }
            if line.first == "#" || line.first == " " {
                lines.append(.comment(String(line)))
            } else if let key = AgentKey(line: line) {
                if places[key.id] != nil {
                    diagnostics.append(
                        Self.warning(
                            "duplicate-agent",
                            file,
                            number,
                            "agent \(key.id) stands twice"
                        )
                    )
                }
                insert(key)
            } else if let id = Self.removedID(line) {
                remember(id)
                lines.append(.removed(id: id, text: String(line)))
            } else {
                diagnostics.append(
                    Self.warning("no-agent-key", file, number, "this is no agent's key")
                )
            }
        }
    }

    /// As the file is written.
    package var text: String {
        lines.map { line in
            switch line {
            case .agent(let key): key.line + "\n"
            case .removed(_, let text), .comment(let text): text + "\n"
            case .gone: ""
            }
        }.joined()
    }

    /// In the order of the file, without those that were removed.
    package var agents: [AgentKey] {
        lines.compactMap { line in
            if case .agent(let key) = line { key } else { nil }
        }
    }

    package var count: Int { places.count }

    package subscript(id: String) -> AgentKey? {
        guard let place = places[id], case .agent(let key) = lines[place] else { return nil }
        return key
    }

    /// The first agent that matches.
    ///
    /// Cost: one look at each.
    package func first(where matches: (AgentKey) -> Bool) -> AgentKey? {
        for case .agent(let key) in lines where matches(key) { return key }
        return nil
    }

    /// The id that a new agent gets; nil when there are no more.
    package var nextID: String? {
        guard highestID < 99_999_999 else { return nil }
        let digits = String(highestID + 1)
        return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
    }

    /// Adds an agent, or puts it in the place of the one with its id.
    package mutating func insert(_ key: AgentKey) {
        remember(key.id)
        if let place = places[key.id] {
            lines[place] = .agent(key)
        } else {
            places[key.id] = lines.count
            lines.append(.agent(key))
        }
    }

    /// Takes an agent out; `purging` leaves no trace of it.
    package mutating func remove(_ id: String, purging: Bool) -> AgentKey? {
        guard let place = places.removeValue(forKey: id), case .agent(let key) = lines[place] else {
            return nil
        }
        let kept = "\(key.id) !\(key.name) \(key.address.text) \(key.key)"
        lines[place] = purging ? .gone : .removed(id: id, text: kept)
        return key
    }

    private mutating func remember(_ id: String) {
        highestID = max(highestID, Int(id) ?? 0)
    }

    /// The id in a line whose name starts with `!` or `#`.
    private static func removedID(_ line: Substring) -> String? {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, AgentKey.isID(words[0]),
            words[1].first == "!" || words[1].first == "#"
        else { return nil }
        return String(words[0])
    }

    private static func warning(
        _ code: String,
        _ file: String,
        _ line: Int,
        _ message: String
    ) -> Diagnostic {
        Diagnostic(.warning, code: code, file: file, line: line, column: 0, message: message)
    }
}
