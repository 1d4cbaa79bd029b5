// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

extension IPAddress {
    /// The one way to write it: dotted, or RFC 5952 without the shortest form's
    /// exceptions.
    ///
    /// Source: RFC 5952 §4.
    package var canonicalText: String {
        if family == .v4 {
            return (0..<4).map { "\((value >> UInt128(24 - 8 * $0)) & 0xFF)" }
                .joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
        let zeros = Self.longestZeros(groups)
        guard zeros.count > 1 else { return Self.hex(groups[...]) }
        return Self.hex(groups[..<zeros.lowerBound]) + "::" + Self.hex(groups[zeros.upperBound...])
    }

    private static func hex(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}
