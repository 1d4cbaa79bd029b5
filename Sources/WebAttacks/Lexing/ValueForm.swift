// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// One decoded form of a value, cut into tokens.
///
/// Buffers are kept from value to value.
struct ValueForm: Sendable {
    private(set) var bytes: [UInt8] = []
    /// The same in lower case, of the same length.
    private(set) var lower: [UInt8] = []
    private(set) var tokens: [Token] = []
    /// Roles of all words together.
    private(set) var roles: Roles = []
    /// Which ASCII punctuation occurs, by bit of the character less 32.
    private(set) var marks: UInt64 = 0
    private(set) var marksAbove: UInt64 = 0
    private(set) var hasNul = false
    private(set) var hasLine = false
    /// Whether a keyword of SQL occurs.
    private(set) var hasKeyword = false
    /// Words without a meaning to any language.
    private(set) var plainWords = 0
    /// Words behind a blank, as prose has them.
    private(set) var spacedWords = 0
    /// Whether the bytes or tokens reached a limit.
    private(set) var isCut = false
    /// Where the words begin that end the value; see ``isFollowedByProse(_:)``.
    private(set) var proseStart = 0

    let lexicon: Lexicon

    /// Tokens that a value is cut into; what lies behind isn't looked at.
    static let tokenLimit = 256

    init(lexicon: Lexicon) {
        self.lexicon = lexicon
        bytes.reserveCapacity(4096)
        lower.reserveCapacity(4096)
        tokens.reserveCapacity(Self.tokenLimit + 2)
    }

    func has(_ character: Unicode.Scalar) -> Bool {
        let value = UInt8(ascii: character)
        guard value < 64 else { return marksAbove & (1 << UInt64(value & 63)) != 0 }
        return marks & (1 << UInt64(value)) != 0
    }

    func roles(_ index: Int) -> Roles {
        index >= 0 && index < tokens.count ? lexicon.entries[Int(tokens[index].entry)].roles : []
    }

    func sql(_ index: Int) -> SQLKind { lexicon.entries[Int(tokens[index].entry)].sql }

    /// Whether a token is this word, in any case.
    func isWord(_ index: Int, _ word: StaticString) -> Bool {
        guard index >= 0, index < tokens.count, tokens[index].kind != .mark else { return false }
        let token = tokens[index]
        return token.count == word.utf8CodeUnitCount && hasText(at: Int(token.start), word)
    }

    func isMark(_ index: Int, _ character: Unicode.Scalar) -> Bool {
        index >= 0 && index < tokens.count && tokens[index].isMark(character)
    }

    /// The bytes from one token to another, both clamped to those there are.
    func range(_ first: Int, _ last: Int) -> Range<Int> {
        guard !tokens.isEmpty else { return 0..<0 }
        let first = max(0, min(first, tokens.count - 1))
        let last = max(first, min(last, tokens.count - 1))
        return Int(tokens[first].start)..<Int(tokens[last].end)
    }

    /// Whether the text in lower case continues with these characters.
    func hasText(at offset: Int, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard offset >= 0, offset + count <= lower.count else { return false }
        return text.withUTF8Buffer { expected in
            for index in 0..<count where lower[offset + index] != expected[index] { return false }
            return true
        }
    }

    /// Where a text in lower case occurs first, from an offset on.
    func find(_ text: StaticString, from offset: Int = 0) -> Int? {
        let count = text.utf8CodeUnitCount
        let first = text.withUTF8Buffer { $0.first ?? 0 }
        var at = offset
        while at + count <= lower.count {
            if lower[at] == first, hasText(at: at, text) { return at }
            at += 1
        }
        return nil
    }

    /// Whether a text in lower case begins within the next bytes.
    func hasNear(_ text: StaticString, from offset: Int, within distance: Int = 96) -> Bool {
        let first = text.withUTF8Buffer { $0.first ?? 0 }
        var at = max(0, offset)
        let end = min(lower.count, at + distance)
        while at < end {
            if lower[at] == first, hasText(at: at, text) { return true }
            at += 1
        }
        return false
    }

    /// Whether a word or mark means something to SQL.
    var mayBeSQL: Bool {
        hasKeyword || has("'") || has("\"") || has("`") || has("@") || has("#") || has("|")
            || has("&")
            || !roles.isDisjoint(with: [.sqlFunction, .sqlDangerous, .sqlCatalog])
    }

    /// Takes a value's bytes and cuts them into tokens.
    mutating func take(_ value: borrowing [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: copy value)
        lex()
        proseStart = isCut ? tokens.count : Self.proseStart(tokens)
    }

    private mutating func lex() {
        start()
        var at = 0
        var gap = Token.Gap.none
        let count = bytes.count
        while at < count {
            guard tokens.count < Self.tokenLimit else {
                isCut = true
                for rest in at..<count { lower.append(ByteClass.lower(bytes[rest])) }
                return
            }
            let byte = bytes[at]
            if ByteClass.isBlank(byte) {
                if byte == 0 { hasNul = true }
                if byte == 0x0A || byte == 0x0D {
                    gap = .line
                    hasLine = true
                } else if gap == .none {
                    gap = .blank
                }
                lower.append(byte)
                at += 1
                continue
            }
            // `/**/`, which databases and languages take for a blank.
            if byte == UInt8(ascii: "/"), at + 3 < count, bytes[at + 1] == 0x2A,
                bytes[at + 2] == 0x2A, bytes[at + 3] == byte
            {
                for offset in at..<at + 4 { lower.append(bytes[offset]) }
                if gap == .none { gap = .blank }
                at += 4
                continue
            }
            at = token(at, gap)
            gap = .none
        }
    }

    private mutating func start() {
        lower.removeAll(keepingCapacity: true)
        tokens.removeAll(keepingCapacity: true)
        roles = []
        marks = 0
        marksAbove = 0
        hasNul = false
        hasLine = false
        isCut = false
        hasKeyword = false
        plainWords = 0
        spacedWords = 0
    }

    /// Appends the token that begins here, and returns where the next one can.
    private mutating func token(_ at: Int, _ gap: Token.Gap) -> Int {
        let byte = bytes[at]
        if ByteClass.isDigit(byte) { return number(at, gap) }
        if ByteClass.isWord(byte) { return word(at, gap) }
        if byte < 64 {
            marks |= 1 << UInt64(byte)
        } else {
            marksAbove |= 1 << UInt64(byte & 63)
        }
        lower.append(byte)
        append(at, at + 1, 0, .mark, gap)
        return at + 1
    }

    private mutating func append(
        _ start: Int,
        _ end: Int,
        _ entry: UInt16,
        _ kind: Token.Kind,
        _ gap: Token.Gap
    ) {
        tokens.append(
            Token(
                start: Int32(start),
                end: Int32(end),
                entry: entry,
                kind: kind,
                byte: lower[start],
                gap: gap
            )
        )
    }

    private mutating func word(_ at: Int, _ gap: Token.Gap) -> Int {
        var hash = Lexicon.seed
        var end = at
        while end < bytes.count, ByteClass.isWord(bytes[end]) {
            let byte = ByteClass.lower(bytes[end])
            lower.append(byte)
            hash = Lexicon.step(hash, byte)
            end += 1
        }
        let entry = end - at <= 40 ? lexicon.find(lower.span.extracting(at..<end), hash: hash) : 0
        if entry == 0 {
            plainWords += 1
        } else {
            roles.formUnion(lexicon.entries[Int(entry)].roles)
            hasKeyword = hasKeyword || lexicon.entries[Int(entry)].sql != .name
        }
        if gap != .none { spacedWords += 1 }
        append(at, end, entry, .word, gap)
        return end
    }

    /// A number, in decimal, hexadecimal or with a fraction.
    ///
    /// One that runs into letters is a word, unless they are a keyword of SQL: `1or`.
    private mutating func number(_ at: Int, _ gap: Token.Gap) -> Int {
        var end = at + 1
        if bytes[at] == UInt8(ascii: "0"), end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "x")
        {
            end += 1
            while end < bytes.count, ByteClass.isHex(bytes[end]) { end += 1 }
        } else {
            while end < bytes.count, ByteClass.isDigit(bytes[end]) || bytes[end] == 0x2E {
                end += 1
            }
            if end > at + 1, bytes[end - 1] == 0x2E { end -= 1 }
            end = exponentEnd(end)
        }
        var stop = end
        var hash = Lexicon.seed
        for index in at..<end { lower.append(ByteClass.lower(bytes[index])) }
        while stop < bytes.count, ByteClass.isWord(bytes[stop]) {
            let byte = ByteClass.lower(bytes[stop])
            lower.append(byte)
            hash = Lexicon.step(hash, byte)
            stop += 1
        }
        guard stop > end else {
            append(at, end, 0, .number, gap)
            return end
        }
        let entry =
            stop - end <= 40 ? lexicon.find(lower.span.extracting(end..<stop), hash: hash) : 0
        guard entry != 0, lexicon.entries[Int(entry)].sql != .name else {
            plainWords += 1
            append(at, stop, 0, .word, gap)
            return stop
        }
        hasKeyword = true
        append(at, end, 0, .number, gap)
        append(end, stop, entry, .word, .none)
        return stop
    }

    private func exponentEnd(_ end: Int) -> Int {
        guard end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") else { return end }
        var at = end + 1
        if at < bytes.count, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
        guard at < bytes.count, ByteClass.isDigit(bytes[at]) else { return end }
        while at < bytes.count, ByteClass.isDigit(bytes[at]) { at += 1 }
        return at
    }
}
