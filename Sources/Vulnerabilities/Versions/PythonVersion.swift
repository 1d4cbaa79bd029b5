// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of Python's packages: `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`.
///
/// Source: PEP 440, with its appendix B for what is taken leniently.
enum PythonVersion {
    /// Nil when one of them is no such version.
    static func compare(_ left: String, _ right: String) -> Int? {
        guard let left = Parsed(left), let right = Parsed(right) else { return nil }
        let byRelease = compareRelease(left, right)
        if byRelease != 0 { return byRelease }
        for (mine, other) in [
            (left.preKey, right.preKey), (left.postKey, right.postKey),
            (left.developmentKey, right.developmentKey),
        ] {
            if mine.rank != other.rank { return mine.rank - other.rank }
            let order = VersionDigits.compare(mine.number, other.number)
            if order != 0 { return order }
        }
        return compareLocal(left.local, right.local)
    }

    private static func compareRelease(_ left: Parsed, _ right: Parsed) -> Int {
        let byEpoch = VersionDigits.compare(left.epoch, right.epoch)
        if byEpoch != 0 { return byEpoch }
        for index in 0..<max(left.release.count, right.release.count) {
            let mine = index < left.release.count ? left.release[index] : []
            let other = index < right.release.count ? right.release[index] : []
            let order = VersionDigits.compare(mine, other)
            if order != 0 { return order }
        }
        return 0
    }

    /// None is the oldest; numbers are newer than words; more parts are newer.
    private static func compareLocal(_ left: [ArraySlice<UInt8>], _ right: [ArraySlice<UInt8>])
        -> Int
    {
        for (mine, other) in zip(left, right) {
            let order: Int
            switch (mine.allSatisfy(\.isDigit), other.allSatisfy(\.isDigit)) {
            case (true, true): order = VersionDigits.compare(mine, other)
            case (true, false): order = 1
            case (false, true): order = -1
            case (false, false): order = VersionDigits.compareText(mine, other)
            }
            if order != 0 { return order }
        }
        return left.count - right.count
    }

    /// Where a part stands: `rank` first, then the number.
    private typealias Key = (rank: Int, number: ArraySlice<UInt8>)

    private struct Parsed {
        var epoch: ArraySlice<UInt8> = []
        var release: [ArraySlice<UInt8>] = []
        var pre: Key?
        var post: ArraySlice<UInt8>?
        var development: ArraySlice<UInt8>?
        var local: [ArraySlice<UInt8>] = []

        /// A development release without more is older than any pre-release.
        var preKey: Key {
            if let pre { return pre }
            return post == nil && development != nil ? (-1, []) : (9, [])
        }
        var postKey: Key { post.map { (1, $0) } ?? (0, []) }
        var developmentKey: Key { development.map { (0, $0) } ?? (1, []) }

        init?(_ text: String) {
            var cursor = VersionBytes(text.trimmed.utf8.map(\.lowered))
            if cursor.byte == UInt8(ascii: "v") { cursor.index += 1 }
            guard readRelease(&cursor), readPre(&cursor), readPost(&cursor) else { return nil }
            if let number = Parsed.word(["dev"], &cursor) { development = number.number }
            guard readLocal(&cursor), cursor.isAtEnd else { return nil }
        }

        private mutating func readRelease(_ cursor: inout VersionBytes) -> Bool {
            var first = cursor.take(while: \.isDigit)
            guard !first.isEmpty else { return false }
            if cursor.byte == UInt8(ascii: "!") {
                epoch = first
                cursor.index += 1
                first = cursor.take(while: \.isDigit)
                guard !first.isEmpty else { return false }
            }
            release = [first]
            while cursor.byte == UInt8(ascii: "."), cursor.index + 1 < cursor.bytes.count,
                cursor.bytes[cursor.index + 1].isDigit
            {
                cursor.index += 1
                release.append(cursor.take(while: \.isDigit))
            }
            return true
        }

        private mutating func readPre(_ cursor: inout VersionBytes) -> Bool {
            let words = ["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]
            guard let found = Parsed.word(words, &cursor) else { return true }
            pre = (found.place < 2 ? 0 : found.place < 4 ? 1 : 2, found.number)
            return true
        }

        private mutating func readPost(_ cursor: inout VersionBytes) -> Bool {
            if let found = Parsed.word(["post", "rev", "r"], &cursor) {
                post = found.number
            } else if cursor.byte == UInt8(ascii: "-"), cursor.index + 1 < cursor.bytes.count,
                cursor.bytes[cursor.index + 1].isDigit
            {
                cursor.index += 1
                post = cursor.take(while: \.isDigit)
            }
            return true
        }

        private mutating func readLocal(_ cursor: inout VersionBytes) -> Bool {
            guard cursor.byte == UInt8(ascii: "+") else { return true }
            repeat {
                cursor.index += 1
                let part = cursor.take { $0.isDigit || $0.isLetter }
                guard !part.isEmpty else { return false }
                local.append(part)
            } while Parsed.isSeparator(cursor.byte)
            return true
        }

        private static func isSeparator(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }

        /// The longest of the words that is next, with its number.
        ///
        /// Separators may stand around it, and the next word may follow at once: `cdev`.
        /// Moves only when there is one.
        private static func word(_ words: [String], _ cursor: inout VersionBytes)
            -> (place: Int, number: ArraySlice<UInt8>)?
        {
            var trial = cursor
            if isSeparator(trial.byte) { trial.index += 1 }
            let rest = trial.bytes[trial.index...]
            let fitting = words.indices.filter { rest.starts(with: words[$0].utf8) }
            guard let place = fitting.max(by: { words[$0].utf8.count < words[$1].utf8.count })
            else { return nil }
            trial.index += words[place].utf8.count
            if isSeparator(trial.byte) { trial.index += 1 }
            let number = trial.take(while: \.isDigit)
            cursor = trial
            return (place, number)
        }
    }
}
