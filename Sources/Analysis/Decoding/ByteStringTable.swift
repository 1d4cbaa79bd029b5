// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Numbers byte strings in the order of their first mention, and finds them
/// without allocating.
///
/// An open-addressed table; strings lie one after the other in one buffer.
struct ByteStringTable: Sendable {
    /// How two strings compare.
    enum Comparison: Sendable {
        case exact
        /// A–Z and a–z are the same.
        case ignoringCase
    }

    private let comparison: Comparison
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Number of a string plus one; 0 is an empty place.
    ///
    /// Their count is a power of two.
    private var places: [Int32]
    /// Differs between tables, so that hostile names do not collide on purpose.
    private let seed: UInt64

    init(comparison: Comparison, seed: UInt64 = UInt64.random(in: .min ... .max)) {
        self.comparison = comparison
        self.seed = seed
        places = [Int32](repeating: 0, count: 64)
    }

    /// How many strings there are.
    var count: Int { ends.count }

    /// Where string `index` lies in ``withString(_:_:)``'s buffer.
    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    /// The number of a string, or nil.
    func find(_ string: Span<UInt8>) -> Int? {
        let found = Int(places[place(of: string)])
        return found == 0 ? nil : found - 1
    }

    /// The number of a string, added if it is new.
    mutating func insert(_ string: Span<UInt8>) -> Int {
        let place = place(of: string)
        if places[place] != 0 { return Int(places[place]) - 1 }
        bytes.append(span: string)
        ends.append(bytes.count)
        places[place] = Int32(ends.count)
        if ends.count * 2 > places.count { grow() }
        return ends.count - 1
    }

    /// Forgets all strings and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        for index in places.indices { places[index] = 0 }
    }

    /// The place that holds the string, or the empty one where it belongs.
    private func place(of string: Span<UInt8>) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash(string)) & mask
        while places[place] != 0 {
            if isEqual(string, Int(places[place]) - 1) { return place }
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        places = [Int32](repeating: 0, count: places.count * 2)
        let all = bytes
        for index in ends.indices {
            let place = place(of: all.span.extracting(range(index)))
            places[place] = Int32(index + 1)
        }
    }

    private func isEqual(_ string: Span<UInt8>, _ index: Int) -> Bool {
        let other = bytes.span.extracting(range(index))
        switch comparison {
        case .exact: return ByteCompare.areEqual(string, other)
        case .ignoringCase: return ByteCompare.areEqualIgnoringCase(string, other)
        }
    }

    private func hash(_ string: Span<UInt8>) -> UInt64 {
        var hash = ByteHash(seed: seed)
        hash.combine(string)
        return hash.value
    }
}
