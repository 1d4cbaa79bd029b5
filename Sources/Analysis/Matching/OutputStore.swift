// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The last output of each command on each host, for rules with `check_diff`.
///
/// Source: analysis-engine.md §5.9.
struct OutputStore: Sendable {
    struct Key: Hashable, Sendable {
        let ruleID: Int
        let hostname: [UInt8]
    }

    /// More are not kept; rules for hosts beyond it never hold.
    private static let capacity = 4096
    /// Of a longer output only the front is compared.
    private static let outputLimit = 65_535
    /// All outputs together, in bytes.
    private static let byteLimit = 32 << 20

    private(set) var outputs: [Key: [UInt8]] = [:]
    /// Outputs that found no place.
    private(set) var rejected = 0
    private var byteCount = 0

    /// Keeps an output; the one before it when it was another.
    mutating func replace(
        _ ruleID: Int,
        _ hostname: Span<UInt8>,
        by output: Span<UInt8>
    ) -> [UInt8]? {
        var new: [UInt8] = []
        new.append(span: output.extracting(0..<min(output.count, Self.outputLimit)))
        var host: [UInt8] = []
        host.append(span: hostname)
        let key = Key(ruleID: ruleID, hostname: host)
        let old = outputs[key]
        guard keep(new, for: key) else { return nil }
        return old == new ? nil : old
    }

    /// Keeps an output as the last of its key; false when there is no room.
    @discardableResult
    mutating func keep(_ output: [UInt8], for key: Key) -> Bool {
        let old = outputs[key]
        let count = byteCount + output.count - (old?.count ?? 0)
        guard old != nil || outputs.count < Self.capacity, count <= Self.byteLimit else {
            rejected += 1
            return false
        }
        outputs[key] = output
        byteCount = count
        return true
    }
}
