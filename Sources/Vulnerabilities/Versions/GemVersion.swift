// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of Ruby's gems: `1.2.3.rc1`, where letters make a pre-release.
///
/// Source: documentation of `Gem::Version`, RubyGems 3.5.
enum GemVersion {
    /// Nil when one of them holds what no gem's version can.
    static func compare(_ left: String, _ right: String) -> Int? {
        guard let left = segments(of: left), let right = segments(of: right) else { return nil }
        for index in 0..<max(left.count, right.count) {
            let mine = index < left.count ? left[index] : zero
            let other = index < right.count ? right[index] : zero
            let order: Int
            switch (isNumber(mine), isNumber(other)) {
            case (true, true): order = VersionDigits.compare(mine, other)
            case (true, false): order = 1
            case (false, true): order = -1
            case (false, false): order = VersionDigits.compareText(mine, other)
            }
            if order != 0 { return order }
        }
        return 0
    }

    private static let zero: ArraySlice<UInt8> = [0x30]

    private static func isNumber(_ segment: ArraySlice<UInt8>) -> Bool {
        segment.first?.isDigit == true
    }

    private static func isZero(_ segment: ArraySlice<UInt8>) -> Bool {
        segment.allSatisfy { $0 == 0x30 }
    }

    private static func segments(of text: String) -> [ArraySlice<UInt8>]? {
        var bytes = text.trimmed.utf8.map { $0 }
        if let dash = bytes.firstIndex(of: UInt8(ascii: "-")) {
            // A dash stands for `.pre.`, everywhere.
            bytes =
                bytes[..<dash]
                + bytes[dash...].flatMap { byte in
                    byte == UInt8(ascii: "-") ? Array(".pre.".utf8) : [byte]
                }
        }
        guard bytes.allSatisfy({ $0.isDigit || $0.isLetter || $0 == UInt8(ascii: ".") }) else {
            return nil
        }
        var cursor = VersionBytes(bytes)
        var segments: [ArraySlice<UInt8>] = []
        while !cursor.isAtEnd {
            if cursor.byte.isDigit {
                segments.append(cursor.take(while: \.isDigit))
            } else if cursor.byte.isLetter {
                // Zeros before letters count for nothing, as those at the end.
                if segments.allSatisfy(isNumber) { trim(&segments) }
                segments.append(cursor.take(while: \.isLetter))
            } else {
                cursor.index += 1
            }
        }
        trim(&segments)
        return segments
    }

    private static func trim(_ segments: inout [ArraySlice<UInt8>]) {
        while let last = segments.last, isNumber(last), isZero(last) { segments.removeLast() }
    }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmed: String {
        let isBlank = { (character: Character) in character.isWhitespace }
        let front = drop(while: isBlank)
        guard let last = front.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(front[...last])
    }
}
