// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Numbers that look random and are the same for the same seed, everywhere
/// (SplitMix64).
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014; S. Vigna, https://prng.di.unimi.it/splitmix64.c
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 below `limit`, which must be positive.
    package mutating func next(below limit: Int) -> Int {
        Int(next() % UInt64(limit))
    }

    /// One of these; there must be one.
    package mutating func one<Element>(of elements: [Element]) -> Element {
        elements[next(below: elements.count)]
    }

    /// True once in so many times.
    package mutating func once(in times: UInt64) -> Bool { next() % times == 0 }
}
