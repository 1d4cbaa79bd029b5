// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Comparing and searching runs of bytes.
enum ByteCompare {
    /// Whether both have the same bytes.
    static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// Whether a text has, at an offset, the bytes of a range of another; it must
    /// be long enough.
    @inline(__always)
    static func areEqual(
        _ text: Span<UInt8>,
        at offset: Int,
        _ other: Span<UInt8>,
        _ range: Range<Int>
    ) -> Bool {
        let (left, right) = (text.bytes, other.bytes)
        let count = range.count
        var index = 0
        while index + 8 <= count {
            let word = left.unsafeLoadUnaligned(fromByteOffset: offset + index, as: UInt64.self)
            let wanted = right.unsafeLoadUnaligned(
                fromByteOffset: range.lowerBound + index,
                as: UInt64.self
            )
            if word != wanted { return false }
            index += 8
        }
        while index < count {
            if text[offset + index] != other[range.lowerBound + index] { return false }
            index += 1
        }
        return true
    }

    /// Whether both have the same bytes, A–Z and a–z being the same.
    static func areEqualIgnoringCase(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var index = 0
        let (leftBytes, rightBytes) = (left.bytes, right.bytes)
        while index + 8 <= left.count {
            let word = leftBytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let other = rightBytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            // Names mostly come in the case they have in the table.
            guard word == other else { break }
            index += 8
        }
        while index < left.count {
            if lowered(left[index]) != lowered(right[index]) { return false }
            index += 1
        }
        return true
    }

    /// Whether the text has the bytes of `word` at an offset.
    static func starts(_ text: Span<UInt8>, at offset: Int = 0, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { bytes in
            guard offset >= 0, offset + bytes.count <= text.count else { return false }
            for index in bytes.indices where text[offset + index] != bytes[index] {
                return false
            }
            return true
        }
    }

    /// Where `word` first occurs from an offset on; nil when nowhere.
    static func find(_ word: StaticString, in text: Span<UInt8>, from offset: Int = 0) -> Int? {
        var position = offset
        while position + word.utf8CodeUnitCount <= text.count {
            if starts(text, at: position, word) { return position }
            position += 1
        }
        return nil
    }

    /// Where a byte first occurs from an offset on; nil when nowhere.
    static func find(_ byte: UInt8, in text: Span<UInt8>, from offset: Int = 0) -> Int? {
        var position = offset
        while position < text.count {
            if text[position] == byte { return position }
            position += 1
        }
        return nil
    }

    /// A–Z made a–z; every other byte as it is.
    @inline(__always)
    static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
