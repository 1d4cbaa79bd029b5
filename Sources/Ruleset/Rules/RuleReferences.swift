// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which rules name which as their parents, for finding circles.
///
/// A rule finds only parents that stand before it; so a circle is never built, but its
/// rules are skipped, each with a word about the next. This says what is the matter.
struct RuleReferences {
    private struct Entry {
        let location: SourceLocation
        let parents: [Int]
    }

    private var entries: [Int: Entry] = [:]
    /// Ids in the order of the files.
    private var order: [Int] = []

    /// Circles that are told of; more are not.
    private static let reportLimit = 20
    /// Of a longer circle only so many ids are named.
    private static let namedCount = 8

    /// Takes in the parents of a rule; of several with one id the first counts.
    mutating func add(_ draft: RuleDraft) {
        let id = draft.attributes.id
        guard entries[id] == nil else { return }
        let text = draft.texts[.ifSid] ?? draft.texts[.ifMatchedSid]
        let parents = text.flatMap { RulePlacement.identifiers($0.bytes) } ?? []
        entries[id] = Entry(location: draft.location, parents: parents.map(\.id))
        order.append(id)
    }

    /// Reports each circle at its first rule.
    ///
    /// - Complexity: linear in rules and references.
    func reportCircles(_ log: inout DiagnosticLog) {
        var settled: Set<Int> = []
        var reported = 0
        for start in order where !settled.contains(start) && reported < Self.reportLimit {
            guard let circle = circle(from: start, &settled), circle.count > 1 else { continue }
            report(circle, &log)
            reported += 1
        }
    }

    /// The first circle on the ways up from a rule, without recursion: a chain may be
    /// as long as a file.
    private func circle(from start: Int, _ settled: inout Set<Int>) -> [Int]? {
        var path: [(id: Int, next: Int)] = [(start, 0)]
        var places = [start: 0]
        var found: [Int]?
        while let (id, next) = path.last {
            let parents = entries[id]?.parents ?? []
            guard next < parents.count else {
                path.removeLast()
                places[id] = nil
                settled.insert(id)
                continue
            }
            path[path.count - 1].next += 1
            let parent = parents[next]
            if let place = places[parent] {
                if found == nil, parent != id { found = path[place...].map(\.id) }
            } else if !settled.contains(parent), entries[parent] != nil {
                places[parent] = path.count
                path.append((parent, 0))
            }
        }
        return found
    }

    private func report(_ circle: [Int], _ log: inout DiagnosticLog) {
        guard let first = circle.min(), let entry = entries[first] else { return }
        let named = circle.prefix(Self.namedCount).map(String.init).joined(separator: ", ")
        let more =
            circle.count > Self.namedCount ? " and \(circle.count - Self.namedCount) more" : ""
        log.warning(
            .circle,
            at: entry.location,
            "rules \(named)\(more) name each other as parents in a circle, "
                + "and a rule finds only parents before it",
            hint: "let one of them name a rule outside, and put it first"
        )
    }
}
