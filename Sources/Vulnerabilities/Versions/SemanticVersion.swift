// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of npm, Go, Cargo, NuGet and Composer: `1.2.3-rc.1+build`.
///
/// Lenient where these are: a `v` in front, fewer or more than three numbers.
/// Source: Semantic Versioning 2.0.0, §9 to §11.
enum SemanticVersion {
    /// Nil when one of them does not begin with a number.
    static func compare(_ left: String, _ right: String) -> Int? {
        guard let left = Parsed(left), let right = Parsed(right) else { return nil }
        for index in 0..<max(left.numbers.count, right.numbers.count) {
            let mine = index < left.numbers.count ? left.numbers[index] : []
            let other = index < right.numbers.count ? right.numbers[index] : []
            let order = VersionDigits.compare(mine, other)
            if order != 0 { return order }
        }
        return comparePreReleases(left.preRelease, right.preRelease)
    }

    private struct Parsed {
        var numbers: [ArraySlice<UInt8>] = []
        var preRelease: [ArraySlice<UInt8>] = []

        init?(_ text: String) {
            var bytes = text.utf8.map(\.lowered)[...]
            if bytes.first == UInt8(ascii: "v") { bytes = bytes.dropFirst() }
            bytes = bytes.prefix { $0 != UInt8(ascii: "+") }
            let core = bytes.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
            numbers = core.split(separator: UInt8(ascii: "."))
            guard core.first?.isDigit == true else { return nil }
            var rest = bytes.dropFirst(core.count)
            if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            preRelease = rest.split(separator: UInt8(ascii: "."))
        }
    }

    /// None is newer than any; numbers are older than words.
    private static func comparePreReleases(
        _ left: [ArraySlice<UInt8>],
        _ right: [ArraySlice<UInt8>]
    ) -> Int {
        if left.isEmpty || right.isEmpty {
            return left.isEmpty == right.isEmpty ? 0 : left.isEmpty ? 1 : -1
        }
        for (mine, other) in zip(left, right) {
            let order: Int
            switch (mine.allSatisfy(\.isDigit), other.allSatisfy(\.isDigit)) {
            case (true, true): order = VersionDigits.compare(mine, other)
            case (true, false): order = -1
            case (false, true): order = 1
            case (false, false): order = VersionDigits.compareText(mine, other)
            }
            if order != 0 { return order }
        }
        return left.count - right.count
    }
}
