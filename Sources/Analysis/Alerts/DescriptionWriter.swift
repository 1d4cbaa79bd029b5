// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Fills the variables of rules' descriptions.
enum DescriptionWriter {
    /// A result of so many bytes or more gives way to the text as written.
    private static let limit = 1024

    /// Appends a description with its variables replaced; those that are not set
    /// are empty.
    ///
    /// Source: analysis-engine.md §5.11.
    static func append(
        _ template: DescriptionTemplate,
        _ event: inout DecodedEvent,
        to output: inout [UInt8]
    ) {
        let start = output.count
        for part in template.parts {
            switch part {
            case .literal(let bytes): output += bytes
            case .field(let reference):
                guard let range = event.range(of: reference) else { continue }
                output.append(span: event.arena.span.extracting(range))
            }
        }
        guard output.count - start >= limit, !isPlain(template) else { return }
        output.removeSubrange(start...)
        output.append(text: template.raw)
    }

    private static func isPlain(_ template: DescriptionTemplate) -> Bool {
        template.parts.allSatisfy { part in
            if case .literal = part { return true }
            return false
        }
    }
}
