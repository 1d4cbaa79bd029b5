// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// What a pattern claims of its subjects.
package enum Necessity {
    /// Whether a subject has all that its pattern says a match must have.
    package static func allows(_ pattern: Pattern, _ subject: [UInt8]) -> Bool {
        let necessity = pattern.necessity
        if let bytes = necessity.firstBytes {
            guard let first = subject.first, bytes.contains(first) else { return false }
        }
        let lowered = subject.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        if let start = necessity.start {
            guard lowered.starts(with: start.text) else { return false }
            guard !start.isWhole || lowered.count == start.text.count else { return false }
        }
        guard let texts = necessity.texts else { return true }
        return texts.contains { list in list.allSatisfy { contains(lowered, $0) } }
    }

    private static func contains(_ subject: [UInt8], _ text: [UInt8]) -> Bool {
        guard text.count <= subject.count else { return false }
        return (0...subject.count - text.count).contains { subject[$0...].starts(with: text) }
    }
}
