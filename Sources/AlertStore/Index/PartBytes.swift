// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writing the numbers of a segment's parts.
extension [UInt8] {
    /// Appends a number, seven bits a byte, the low ones first.
    mutating func appendVarint(_ value: Int) {
        var rest = UInt64(truncatingIfNeeded: value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends the low bytes of a number, the lowest first.
    mutating func appendFixed(_ value: UInt64, bytes: Int) {
        for index in 0..<bytes { append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
    }
}

/// Reading them again; a part that ends too early or says nonsense is damaged.
struct PartReader {
    private(set) var position = 0
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// A number that is not negative and at most `limit`.
    mutating func varint(atMost limit: Int = .max) throws(DamagedPart) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 63 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                guard value <= UInt64(limit) else { throw DamagedPart() }
                return Int(value)
            }
            shift += 7
        }
        throw DamagedPart()
    }

    mutating func fixed(bytes count: Int) throws(DamagedPart) -> UInt64 {
        guard count <= bytes.count - position else { throw DamagedPart() }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(index * 8) }
        position += count
        return value
    }

    mutating func slice(_ count: Int) throws(DamagedPart) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw DamagedPart() }
        defer { position += count }
        return bytes[position..<position + count]
    }
}

/// A part of the index does not say what it should: the index must be built
/// anew.
struct DamagedPart: Error {}
