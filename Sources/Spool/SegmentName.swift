// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A segment's file name: `SEQUENCE-SALT.segment`, both hexadecimal with leading
/// zeros, so that names sort by age.
struct SegmentName: Sendable, Hashable, Comparable {
    static let suffix = ".segment"

    /// No record of the segment has a lower sequence.
    let sequence: UInt64
    /// With which the checksums of the segment begin.
    let salt: UInt32

    init(sequence: UInt64, salt: UInt32) {
        self.sequence = sequence
        self.salt = salt
    }

    /// Nil for names of other things.
    init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        let words = text.dropLast(Self.suffix.count).split(separator: "-")
        guard words.count == 2, words[0].utf8.count == 16, words[1].utf8.count == 8,
            let sequence = UInt64(words[0], radix: 16), let salt = UInt32(words[1], radix: 16)
        else { return nil }
        self.init(sequence: sequence, salt: salt)
    }

    var text: String {
        Self.padded(sequence, 16) + "-" + Self.padded(salt, 8) + Self.suffix
    }

    static func < (left: SegmentName, right: SegmentName) -> Bool {
        (left.sequence, left.salt) < (right.sequence, right.salt)
    }

    private static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
