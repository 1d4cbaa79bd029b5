// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The descriptions of a ruleset's rules, taken apart once.
///
/// They lie in flat tables, so that writing one touches no reference count.
struct DescriptionTable: Sendable {
    private enum Part: Sendable {
        /// A range of ``DescriptionTable/bytes``.
        case literal(Range<Int>)
        case field(FieldReference)
    }

    private struct Entry: Sendable {
        /// Range of ``DescriptionTable/parts``.
        let parts: Range<Int>
        /// The text as written, a range of ``DescriptionTable/bytes``; nil without
        /// variables.
        let raw: Range<Int>?
    }

    /// A result of so many bytes or more gives way to the text as written.
    private static let limit = 1024

    private var bytes: [UInt8] = []
    private var parts: [Part] = []
    private var entries: [Entry] = []

    /// Takes rules; their numbers are their indices.
    init(_ rules: [Rule]) {
        entries.reserveCapacity(rules.count)
        for rule in rules { add(rule.description) }
    }

    private mutating func add(_ template: DescriptionTemplate) {
        let start = parts.count
        var hasVariables = false
        for part in template.parts {
            switch part {
            case .literal(let text): parts.append(.literal(store(text)))
            case .field(let reference):
                parts.append(.field(reference))
                hasVariables = true
            }
        }
        let raw = hasVariables ? store([UInt8](template.raw.utf8)) : nil
        entries.append(Entry(parts: start..<parts.count, raw: raw))
    }

    private mutating func store(_ text: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes += text
        return start..<bytes.count
    }

    /// Appends a rule's description with its variables replaced; those that are
    /// not set are empty.
    ///
    /// Source: analysis-engine.md §5.11.
    func append(
        of rule: Int,
        _ event: inout DecodedEvent,
        to output: inout [UInt8]
    ) {
        let entry = entries[rule]
        let start = output.count
        for place in entry.parts {
            switch parts[place] {
            case .literal(let text): output.append(span: bytes.span.extracting(text))
            case .field(let reference):
                guard let range = event.range(of: reference) else { continue }
                output.append(span: event.arena.span.extracting(range))
            }
        }
        guard let raw = entry.raw, output.count - start >= Self.limit else { return }
        output.removeSubrange(start...)
        output.append(span: bytes.span.extracting(raw))
    }
}
