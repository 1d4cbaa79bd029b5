// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of RPM's packages: `[epoch:]version[-release]`.
///
/// Source: rpm-version(7) of RPM 4.20, with tilde and caret.
enum RPMVersion {
    /// A release counts only where both versions have one.
    static func compare(_ left: String, _ right: String) -> Int {
        let left = split(left)
        let right = split(right)
        let byEpoch = VersionDigits.compare(left.epoch, right.epoch)
        if byEpoch != 0 { return byEpoch }
        let byVersion = compareSegments(left.version, right.version)
        guard byVersion == 0, let leftRelease = left.release, let rightRelease = right.release
        else { return byVersion }
        return compareSegments(leftRelease, rightRelease)
    }

    private typealias Parts = (
        epoch: ArraySlice<UInt8>, version: ArraySlice<UInt8>, release: ArraySlice<UInt8>?
    )

    private static func split(_ text: String) -> Parts {
        var rest = Array(text.utf8)[...]
        var epoch: ArraySlice<UInt8> = []
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            rest[..<colon].allSatisfy(\.isDigit)
        {
            epoch = rest[..<colon]
            rest = rest[(colon + 1)...]
        }
        guard let dash = rest.lastIndex(of: UInt8(ascii: "-")) else { return (epoch, rest, nil) }
        return (epoch, rest[..<dash], rest[(dash + 1)...])
    }

    private static let tilde = UInt8(ascii: "~")
    private static let caret = UInt8(ascii: "^")

    private static func isSeparator(_ byte: UInt8) -> Bool {
        !byte.isDigit && !byte.isLetter && byte != tilde && byte != caret
    }

    /// Compares runs of digits or letters; what is neither only separates.
    static func compareSegments(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        var left = VersionBytes(left)
        var right = VersionBytes(right)
        while !left.isAtEnd || !right.isAtEnd {
            _ = left.take(while: isSeparator)
            _ = right.take(while: isSeparator)
            if let order = compareMarks(left, right) {
                if order != 0 { return order }
                left.index += 1
                right.index += 1
                continue
            }
            if left.isAtEnd || right.isAtEnd { break }
            let order = compareSegment(&left, &right)
            if order != 0 { return order }
        }
        if left.isAtEnd, right.isAtEnd { return 0 }
        return left.isAtEnd ? -1 : 1
    }

    /// The order when one of them is at a tilde or caret; nil when none is.
    private static func compareMarks(_ left: VersionBytes, _ right: VersionBytes) -> Int? {
        if left.byte == tilde || right.byte == tilde {
            if left.byte != tilde { return 1 }
            return right.byte == tilde ? 0 : -1
        }
        guard left.byte == caret || right.byte == caret else { return nil }
        if left.isAtEnd { return -1 }
        if right.isAtEnd { return 1 }
        if left.byte != caret { return 1 }
        return right.byte == caret ? 0 : -1
    }

    private static func compareSegment(_ left: inout VersionBytes, _ right: inout VersionBytes)
        -> Int
    {
        guard left.byte.isDigit else {
            let leftText = left.take(while: \.isLetter)
            let rightText = right.take(while: \.isLetter)
            // Numbers are newer than letters.
            return rightText.isEmpty ? -1 : VersionDigits.compareText(leftText, rightText)
        }
        let leftNumber = left.take(while: \.isDigit)
        let rightNumber = right.take(while: \.isDigit)
        return rightNumber.isEmpty ? 1 : VersionDigits.compare(leftNumber, rightNumber)
    }
}
