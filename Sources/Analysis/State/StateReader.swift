// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What ``StateReader`` met that no ``StateWriter`` writes.
struct StateFault: Error {}

/// Reads what a ``StateWriter`` wrote; never behind the end, and no more elements
/// than there are bytes.
struct StateReader {
    private let bytes: [UInt8]
    private var position: Int

    /// Reads from a position on.
    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number() throws(StateFault) -> Int64 {
        let word = try unsigned()
        return Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1)
    }

    /// A number from 0 up to, but not including, `end`.
    mutating func index(below end: Int) throws(StateFault) -> Int {
        let number = try number()
        guard number >= 0, number < end else { throw StateFault() }
        return Int(number)
    }

    mutating func unsigned() throws(StateFault) -> UInt64 {
        var value: UInt64 = 0
        var shift = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw StateFault()
    }

    mutating func flag() throws(StateFault) -> Bool {
        guard position < bytes.count, bytes[position] < 2 else { throw StateFault() }
        defer { position += 1 }
        return bytes[position] == 1
    }

    mutating func string() throws(StateFault) -> [UInt8] {
        let count = try unsigned()
        guard count <= UInt64(bytes.count - position) else { throw StateFault() }
        let start = position
        position += Int(count)
        return Array(bytes[start..<position])
    }

    mutating func optionalNumber() throws(StateFault) -> Int64? {
        try flag() ? try number() : nil
    }

    mutating func list<Element>(
        _ readElement: (inout StateReader) throws(StateFault) -> Element
    ) throws(StateFault) -> [Element] {
        let count = try unsigned()
        guard count <= UInt64(bytes.count - position) else { throw StateFault() }
        var elements: [Element] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count { elements.append(try readElement(&self)) }
        return elements
    }
}
