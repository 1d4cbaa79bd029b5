// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of Debian's packages: `[epoch:]upstream[-revision]`.
///
/// Source: Debian Policy 5.6.12; deb-version(7).
enum DebianVersion {
    static func compare(_ left: String, _ right: String) -> Int {
        let left = split(left)
        let right = split(right)
        let byEpoch = VersionDigits.compare(left.epoch, right.epoch)
        if byEpoch != 0 { return byEpoch }
        let byUpstream = comparePart(left.upstream, right.upstream)
        return byUpstream != 0 ? byUpstream : comparePart(left.revision, right.revision)
    }

    private typealias Parts = (
        epoch: ArraySlice<UInt8>, upstream: ArraySlice<UInt8>, revision: ArraySlice<UInt8>
    )

    private static func split(_ text: String) -> Parts {
        var rest = Array(text.utf8)[...]
        var epoch: ArraySlice<UInt8> = []
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            epoch = rest[..<colon]
            rest = rest[(colon + 1)...]
        }
        guard let dash = rest.lastIndex(of: UInt8(ascii: "-")) else { return (epoch, rest, []) }
        return (epoch, rest[..<dash], rest[(dash + 1)...])
    }

    /// Compares by turns what is no digit, then a number.
    private static func comparePart(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        var left = VersionBytes(left)
        var right = VersionBytes(right)
        while !left.isAtEnd || !right.isAtEnd {
            while isText(left) || isText(right) {
                let difference = weight(left) - weight(right)
                if difference != 0 { return difference }
                left.index += 1
                right.index += 1
            }
            let byNumber = VersionDigits.compare(
                left.take(while: \.isDigit),
                right.take(while: \.isDigit)
            )
            if byNumber != 0 { return byNumber }
        }
        return 0
    }

    private static func isText(_ cursor: VersionBytes) -> Bool {
        !cursor.isAtEnd && !cursor.byte.isDigit
    }

    /// A tilde before the end, letters before all else; a digit is as the end, and
    /// nothing else is.
    private static func weight(_ cursor: VersionBytes) -> Int {
        guard isText(cursor) else { return 0 }
        return switch cursor.byte {
        case UInt8(ascii: "~"): -1
        case let byte where byte.isLetter: Int(byte)
        case let byte: Int(byte) + 256
        }
    }
}
