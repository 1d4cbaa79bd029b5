// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which entries of the journal are kept.
///
/// Source: around-the-engine.md §2.1, `filter`: the conditions of one block are
/// all asked for, of several blocks one must hold.
package struct JournalFilter: Sendable, Equatable {
    /// What one field must be.
    package struct Condition: Sendable, Equatable {
        package let field: String
        package let pattern: LinePattern
        /// Whether an entry without the field passes.
        package let passesWithoutField: Bool

        package init(field: String, pattern: LinePattern, passesWithoutField: Bool) {
            self.field = field
            self.pattern = pattern
            self.passesWithoutField = passesWithoutField
        }
    }

    /// The conditions of each block; none at all keeps every entry.
    private var blocks: [[Condition]]

    /// A block without conditions keeps every entry, whatever others say.
    package init(blocks: [[Condition]]) {
        self.blocks = blocks.contains(where: \.isEmpty) ? [] : blocks
    }

    /// The fields that are asked about.
    var fields: Set<String> { Set(blocks.joined().map(\.field)) }

    func passes(_ entry: JournalEntry) -> Bool {
        blocks.isEmpty
            || blocks.contains { block in block.allSatisfy { entry.satisfies($0) } }
    }
}

extension JournalEntry {
    fileprivate func satisfies(_ condition: JournalFilter.Condition) -> Bool {
        guard let values = fields[condition.field] else { return condition.passesWithoutField }
        return values.contains { condition.pattern.matches($0.span) }
    }
}
