// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What libFuzzer hands a target, and what targets share.
package enum FuzzInput {
    /// The bytes of an input.
    package static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// The parts of an input that a zero byte separates: at most so many; missing
    /// ones are empty.
    package static func parts(_ bytes: [UInt8], count: Int) -> [[UInt8]] {
        var parts = bytes.split(
            separator: 0,
            maxSplits: count - 1,
            omittingEmptySubsequences: false
        ).map(Array.init)
        while parts.count < count { parts.append([]) }
        return parts
    }
}
