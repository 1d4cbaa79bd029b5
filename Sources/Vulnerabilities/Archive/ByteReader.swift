// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads numbers and strings out of bytes; nil past the end, never a trap.
struct ByteReader {
    let bytes: [UInt8]
    var index: Int

    init(_ bytes: [UInt8], at index: Int = 0) {
        self.bytes = bytes
        self.index = index
    }

    var isAtEnd: Bool { index >= bytes.count }

    /// A number at a place, the lowest byte first.
    static func little(_ bytes: [UInt8], at index: Int, count: Int) -> Int? {
        guard index >= 0, index <= bytes.count - count, count <= 8 else { return nil }
        var value: UInt64 = 0
        for byte in bytes[index..<(index + count)].reversed() { value = value << 8 | UInt64(byte) }
        return Int(exactly: value)
    }

    /// A number at a place, the highest byte first.
    static func big(_ bytes: [UInt8], at index: Int, count: Int) -> Int? {
        guard index >= 0, index <= bytes.count - count, count <= 8 else { return nil }
        var value: UInt64 = 0
        for byte in bytes[index..<(index + count)] { value = value << 8 | UInt64(byte) }
        return Int(exactly: value)
    }

    /// Bytes at a place; nil when they are not all there.
    static func slice(_ bytes: [UInt8], at index: Int, count: Int) -> ArraySlice<UInt8>? {
        guard index >= 0, count >= 0, index <= bytes.count, count <= bytes.count - index else {
            return nil
        }
        return bytes[index..<(index + count)]
    }

    /// The next number of seven bits a byte, the lowest first.
    mutating func variable() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard index < bytes.count else { return nil }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    /// The next number, when it fits.
    mutating func count() -> Int? { variable().flatMap { Int(exactly: $0) } }

    /// The next string: its length, then its bytes.
    mutating func string() -> String? {
        guard let count = count(), let part = Self.slice(bytes, at: index, count: count) else {
            return nil
        }
        index += count
        return String(decoding: part, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends a number as ``ByteReader/variable()`` reads it.
    mutating func append(variable value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a string as ``ByteReader/string()`` reads it.
    mutating func append(string: String) {
        append(variable: UInt64(string.utf8.count))
        append(contentsOf: string.utf8)
    }

    /// Appends a number, the lowest byte first.
    mutating func append(little value: UInt64, count: Int) {
        for index in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
