// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import WebAttacks

/// The whitelist at work: what it let pass is counted, entry by entry.
struct WebAllowances: Sendable {
    let entries: [WebAllowance]
    /// By entry.
    private(set) var counts: [Int]
    private let hasRules: Bool

    init(_ entries: [WebAllowance]) {
        self.entries = entries
        counts = [Int](repeating: 0, count: entries.count)
        hasRules = entries.contains { $0.rule != nil }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Whether an attack is allowed: the entry's reason; it is counted.
    mutating func find(
        _ attack: WebAttack,
        in event: borrowing DecodedEvent,
        _ url: Range<Int>
    ) -> String? {
        for (index, entry) in entries.enumerated() where entry.rule == nil {
            guard entry.fitsAttack(kind: attack.kind.rawValue, parameter: attack.place.name),
                Self.fits(entry, event, url)
            else { continue }
            counts[index] &+= 1
            return entry.reason
        }
        return nil
    }

    /// Whether a rule's alert is allowed; it is counted.
    mutating func allows(rule: Int, _ event: borrowing DecodedEvent, _ attack: WebAttack?) -> Bool {
        guard hasRules, let url = event[.url] else { return false }
        for (index, entry) in entries.enumerated() where entry.rule == rule {
            let asksForAttack = entry.kind != nil || entry.parameter != nil
            let fitsAttack =
                attack.map { entry.fitsAttack(kind: $0.kind.rawValue, parameter: $0.place.name) }
                ?? !asksForAttack
            guard fitsAttack, Self.fits(entry, event, url) else { continue }
            counts[index] &+= 1
            return true
        }
        return false
    }

    private static func fits(
        _ entry: WebAllowance,
        _ event: borrowing DecodedEvent,
        _ url: Range<Int>
    ) -> Bool {
        let text = event.arena.span
        var end = url.lowerBound
        while end < url.upperBound, text[end] != UInt8(ascii: "?") { end += 1 }
        let path = text.extracting(url.lowerBound..<end)
        if let source = event[.srcip] {
            return entry.fitsRequest(source: text.extracting(source), path: path)
        }
        return entry.fitsRequest(source: nil, path: path)
    }

    /// Counts what another engine let pass.
    mutating func add(_ counts: [Int]) {
        for (index, count) in counts.enumerated() where index < self.counts.count {
            self.counts[index] &+= count
        }
    }
}
