// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How often different values were seen.
struct ValueCounts: Sendable {
    /// More different values are not told apart: the newest ones are.
    static let most = 262_144
    /// Nor when they are longer together.
    static let mostBytes = 12 << 20

    private(set) var values = ByteTable()
    private(set) var counts: [Int] = []

    init() {}

    /// Counts a value.
    mutating func add(_ value: Span<UInt8>, _ count: Int) {
        let number: Int
        if values.count >= Self.most || values.bytes.count >= Self.mostBytes {
            guard let known = values.find(value) else { return }
            number = known
        } else {
            number = values.insert(value)
        }
        if number == counts.count { counts.append(0) }
        counts[number] += count
    }

    mutating func add(_ other: ValueCounts) {
        let bytes = other.values.bytes
        for number in other.counts.indices {
            add(bytes.span.extracting(other.values.range(number)), other.counts[number])
        }
    }

    /// The most frequent values, among equals by value.
    func top(_ size: Int) -> [(value: [UInt8], count: Int)] {
        guard size > 0 else { return [] }
        var best: [Int] = []
        var least = 0
        for number in counts.indices where counts[number] >= least {
            best.append(number)
            if best.count >= size * 2 + 64 {
                sort(&best)
                best.removeLast(best.count - size)
                least = best.last.map { counts[$0] } ?? 0
            }
        }
        sort(&best)
        return best.prefix(size).map { (Array(values.bytes[values.range($0)]), counts[$0]) }
    }

    private func sort(_ numbers: inout [Int]) {
        numbers.sort { left, right in
            if counts[left] != counts[right] { return counts[left] > counts[right] }
            return values.bytes[values.range(left)].lexicographicallyPrecedes(
                values.bytes[values.range(right)]
            )
        }
    }
}
