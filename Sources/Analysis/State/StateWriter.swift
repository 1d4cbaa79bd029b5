// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Writes numbers and byte strings one after the other.
///
/// Numbers are LEB128, signed ones in zigzag; strings stand behind their length.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: Int) { write(Int64(number)) }

    mutating func write(_ number: Int64) {
        write(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ string: [UInt8]) {
        write(UInt64(string.count))
        bytes += string
    }

    /// An absent number is a lone 0, a present one stands behind a 1.
    mutating func write(_ number: Int64?) {
        write(number != nil)
        if let number { write(number) }
    }

    mutating func write<Element>(
        _ elements: [Element],
        _ writeElement: (inout StateWriter, Element) -> Void
    ) {
        write(UInt64(elements.count))
        for element in elements { writeElement(&self, element) }
    }
}
