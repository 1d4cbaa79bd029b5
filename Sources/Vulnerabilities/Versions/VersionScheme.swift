// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How an ecosystem orders its versions.
package enum VersionScheme: String, Sendable, Hashable, CaseIterable {
    case debian, rpm, alpine, semantic, python, maven, gem

    /// Below zero when `left` is older, 0 when both are the same, above when it
    /// is newer; nil when one of them is no version of this scheme.
    package func compare(_ left: String, _ right: String) -> Int? {
        switch self {
        case .debian: DebianVersion.compare(left, right)
        case .rpm: RPMVersion.compare(left, right)
        case .alpine: AlpineVersion.compare(left, right)
        case .semantic: SemanticVersion.compare(left, right)
        case .python: PythonVersion.compare(left, right)
        case .maven: MavenVersion.compare(left, right)
        case .gem: GemVersion.compare(left, right)
        }
    }
}

/// A cursor over the bytes of a version; reading past the end gives 0.
struct VersionBytes {
    let bytes: [UInt8]
    var index = 0

    init(_ text: some Sequence<UInt8>) {
        bytes = Array(text)
    }

    var isAtEnd: Bool { index >= bytes.count }

    /// The byte here; 0 at the end.
    var byte: UInt8 { index < bytes.count ? bytes[index] : 0 }

    /// Takes bytes as long as they are wanted.
    mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        guard index < bytes.count else { return [] }
        let start = index
        while index < bytes.count, isWanted(bytes[index]) { index += 1 }
        return bytes[start..<index]
    }
}

/// What the schemes share: numbers of any length, and kinds of bytes.
enum VersionDigits {
    /// Compares decimal numbers of any length; leading zeros count for nothing.
    static func compare(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        let left = left.drop { $0 == 0x30 }
        let right = right.drop { $0 == 0x30 }
        guard left.count == right.count else { return left.count < right.count ? -1 : 1 }
        return compareText(left, right)
    }

    /// Compares byte by byte, as strcmp does.
    static func compareText(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        if left.elementsEqual(right) { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isLowerCase: Bool { self &- 0x61 < 26 }
    /// The same letter in lower case; other bytes as they are.
    var lowered: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
