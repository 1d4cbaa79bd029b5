// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The words of a text, as ``TextPhrase`` defines them, first to last.
struct TextWords {
    /// Longer words count by so many first bytes, in texts and in queries.
    static let longestWord = 64

    private var position = 0

    /// The next word's range, whole; nil at the end.
    mutating func next(_ text: Span<UInt8>) -> Range<Int>? {
        while position < text.count, !Self.isPart(text[position]) { position += 1 }
        guard position < text.count else { return nil }
        let start = position
        while position < text.count, Self.isPart(text[position]) { position += 1 }
        return start..<position
    }

    /// Whether a byte belongs to a word.
    @inline(__always)
    static func isPart(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }

    /// All words of a text in lower case, each cut to ``longestWord`` bytes.
    static func all(_ text: String) -> [[UInt8]] {
        let bytes = [UInt8](text.utf8)
        var words = TextWords()
        var result: [[UInt8]] = []
        while let range = words.next(bytes.span) {
            result.append(bytes[range].prefix(longestWord).map(\.lowered))
        }
        return result
    }
}

extension UInt8 {
    /// The byte with A–Z made a–z.
    @inline(__always)
    var lowered: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}

extension TextPhrase {
    /// The words of a text; nil when it has none.
    package init?(_ text: String, isPrefix: Bool = false) {
        let words = text.utf8.map(\.lowered).split { !TextWords.isPart($0) }
        guard !words.isEmpty else { return nil }
        self.init(
            words: words.map { String(decoding: $0, as: UTF8.self) },
            isPrefix: isPrefix
        )
    }
}

/// A ``TextPhrase`` made ready for looking in texts.
struct PhraseMatcher: Sendable {
    /// In lower case, none longer than ``TextWords/longestWord``.
    let words: [[UInt8]]
    let isPrefix: Bool

    init(_ phrase: TextPhrase) {
        words = phrase.words.map { Array($0.utf8.prefix(TextWords.longestWord)).map(\.lowered) }
        isPrefix = phrase.isPrefix
    }

    /// Whether the words stand in the text one after the other.
    func matches(_ text: Span<UInt8>) -> Bool {
        guard let first = words.first else { return true }
        var scan = TextWords()
        while let range = scan.next(text) {
            guard isWord(first, at: range, text, isLast: words.count == 1) else { continue }
            var rest = scan
            if restMatches(&rest, text) { return true }
        }
        return false
    }

    private func restMatches(_ scan: inout TextWords, _ text: Span<UInt8>) -> Bool {
        for index in words.indices.dropFirst() {
            guard let range = scan.next(text),
                isWord(words[index], at: range, text, isLast: index == words.count - 1)
            else { return false }
        }
        return true
    }

    private func isWord(
        _ word: [UInt8],
        at range: Range<Int>,
        _ text: Span<UInt8>,
        isLast: Bool
    ) -> Bool {
        let length = min(range.count, TextWords.longestWord)
        guard isLast && isPrefix ? length >= word.count : length == word.count else {
            return false
        }
        for offset in word.indices where text[range.lowerBound + offset].lowered != word[offset] {
            return false
        }
        return true
    }
}
