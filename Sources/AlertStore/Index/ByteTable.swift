// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Different byte strings, numbered from 0 as they come.
///
/// Open addressing over one buffer. Hashes are seeded, so that whoever writes
/// alerts cannot make them collide.
struct ByteTable {
    /// All strings, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where each string ends in ``bytes``.
    private(set) var ends: [Int] = []
    private var hashes: [UInt32] = []
    /// A string's number plus one, or 0; a power of two many.
    private var slots: [UInt32]
    private let seed: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
        slots = [UInt32](repeating: 0, count: 16)
    }

    var count: Int { ends.count }

    /// Where a string stands in ``bytes``.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// The number of a string, a new one when it is not here yet.
    mutating func insert(_ text: Span<UInt8>) -> Int {
        let hash = Self.hash(text, seed)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if hashes[index] == hash, equals(index, text) { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(count + 1)
        bytes.append(span: text)
        ends.append(bytes.count)
        hashes.append(hash)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    /// The number of a string; nil when it is not here.
    func find(_ text: Span<UInt8>) -> Int? {
        let hash = Self.hash(text, seed)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if hashes[index] == hash, equals(index, text) { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func equals(_ index: Int, _ text: Span<UInt8>) -> Bool {
        let range = range(index)
        guard range.count == text.count else { return false }
        let bytes = bytes.span
        for offset in text.indices where bytes[range.lowerBound + offset] != text[offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for index in hashes.indices {
            var slot = Int(hashes[index]) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(index + 1)
        }
    }

    /// Eight bytes a step, multiplied and folded.
    private static func hash(_ text: Span<UInt8>, _ seed: UInt64) -> UInt32 {
        text.withUnsafeBytes { bytes in
            var state = seed ^ UInt64(bytes.count)
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                state = fold(state ^ word)
                offset += 8
            }
            var last: UInt64 = 0
            while offset < bytes.count {
                last = last << 8 | UInt64(bytes[offset])
                offset += 1
            }
            state = fold(state ^ last)
            return UInt32(truncatingIfNeeded: state ^ state >> 32)
        }
    }

    @inline(__always)
    private static func fold(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
