// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The earlier texts that an alert quotes, newest first.
///
/// A position filled by one rule's search is kept when a child's search finds
/// others; a search that fails empties all.
///
/// Source: analysis-engine.md §5.8, §5.9.
struct PreviousEvents: Sendable {
    /// No more are kept.
    static let limit = 11

    /// What stands at a position.
    enum Item: Sendable {
        /// A stored event's sequence number.
        case event(Int)
        /// The old output of a `check_diff` rule, under its title.
        case output
    }

    private(set) var items: [Item] = []
    /// The old output, as a range of the event's arena.
    private(set) var output: Range<Int>?

    /// Takes what a search found for the positions that are still empty.
    mutating func fill(_ sequences: [Int]) {
        guard sequences.count > items.count else { return }
        for sequence in sequences[items.count...] { items.append(.event(sequence)) }
    }

    /// Replaces everything by the old output of a rule.
    mutating func setOutput(_ output: Range<Int>) {
        items = [.output]
        self.output = output
    }

    /// Empties all positions; the old output stays known.
    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
    }

    /// Begins a new event.
    mutating func reset() {
        items.removeAll(keepingCapacity: true)
        output = nil
    }
}
