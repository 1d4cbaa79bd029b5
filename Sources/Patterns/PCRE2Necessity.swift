// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads from the text of a Perl-compatible expression what every subject has
/// that it matches.
///
/// Only the common part of the language is read: literals, classes, the dot,
/// anchors, quantifiers, and groups, whose content is passed over. An expression
/// with anything else needs nothing that we know of. Of a repeated literal that
/// may be absent nothing is claimed.
///
/// Source: pcre2pattern(3), 10.42.
struct PCRE2Necessity {
    /// The expression has something that is not read here.
    private struct Unread: Error {}

    private enum Quantifier {
        case once, atLeastOnce, maybe
    }

    private static let depthLimit = 50

    private let source: [UInt8]
    private var index = 0
    private var isMultiLine = false

    /// Of the alternative at hand, rows of literals in lower case.
    private var rows: [[UInt8]] = []
    private var row: [UInt8] = []
    /// The literals that follow its `^`, and whether more may.
    private var start: [UInt8] = []
    private var isStartOpen = false

    private init(_ source: [UInt8]) {
        self.source = source
    }

    /// What the subjects of an expression have; ``PatternNecessity/none`` when
    /// that is not certain.
    static func read(_ source: [UInt8]) -> PatternNecessity {
        var reader = PCRE2Necessity(source)
        do {
            return try reader.alternatives()
        } catch {
            return .none
        }
    }

    private mutating func alternatives() throws(Unread) -> PatternNecessity {
        readFlags()
        var texts: [[[UInt8]]]? = []
        var starts: [PatternNecessity.Start?] = []
        repeat {
            begin()
            while let byte, byte != UInt8(ascii: "|") { try item(byte) }
            endRow()
            texts = rows.isEmpty ? nil : texts.map { $0 + [rows] }
            starts.append(start.isEmpty ? nil : .init(text: start, isWhole: false))
            index += 1
        } while index <= source.count
        let common = starts.reduce(starts[0], PatternNecessity.Start.init)
        let first = common?.text.first
        return PatternNecessity(
            firstBytes: first.map { [$0, $0.asciiUppered] },
            texts: texts,
            start: common
        )
    }

    private mutating func readFlags() {
        while index + 3 < source.count, source[index] == UInt8(ascii: "("),
            source[index + 1] == UInt8(ascii: "?"), source[index + 3] == UInt8(ascii: ")")
        {
            switch source[index + 2] {
            case UInt8(ascii: "i"), UInt8(ascii: "s"): break
            case UInt8(ascii: "m"): isMultiLine = true
            default: return
            }
            index += 4
        }
    }

    private mutating func begin() {
        rows = []
        row = []
        start = []
        isStartOpen = false
        guard byte == UInt8(ascii: "^") else { return }
        index += 1
        isStartOpen = !isMultiLine
    }

    /// The byte at hand; nil at the end.
    private var byte: UInt8? { index < source.count ? source[index] : nil }

    private mutating func endRow() {
        if !row.isEmpty { rows.append(row) }
        row = []
    }

    // MARK: Items

    /// Reads an item with its quantifier.
    private mutating func item(_ byte: UInt8) throws(Unread) {
        switch byte {
        case UInt8(ascii: "\\"):
            guard let letter = try escape() else { return try other() }
            try literal(letter)
        case UInt8(ascii: "["):
            try skipClass()
            try other()
        case UInt8(ascii: "("):
            try skipGroup(depth: 0)
            try other()
        case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"):
            index += 1
            try other()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"),
            UInt8(ascii: ")"):
            throw Unread()
        default:
            index += 1
            try literal(byte)
        }
    }

    /// Behind an item that is no literal.
    private mutating func other() throws(Unread) {
        endRow()
        isStartOpen = false
        _ = try quantifier()
    }

    /// Behind a literal.
    private mutating func literal(_ byte: UInt8) throws(Unread) {
        let quantifier = try quantifier()
        if quantifier != .maybe {
            row.append(byte.asciiLowered)
            if isStartOpen { start.append(byte.asciiLowered) }
        }
        if quantifier != .once {
            endRow()
            isStartOpen = false
        }
    }

    /// Reads an escape; the byte that it stands for, or nil for a kind of bytes or
    /// a place.
    private mutating func escape() throws(Unread) -> UInt8? {
        guard index + 1 < source.count else { throw Unread() }
        let letter = source[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "w"), UInt8(ascii: "W"),
            UInt8(ascii: "s"), UInt8(ascii: "S"), UInt8(ascii: "b"), UInt8(ascii: "B"),
            UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "r"):
            return nil
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            throw Unread()
        default: return letter
        }
    }

    private mutating func quantifier() throws(Unread) -> Quantifier {
        let quantifier: Quantifier
        switch byte {
        case UInt8(ascii: "?"), UInt8(ascii: "*"): quantifier = .maybe
        case UInt8(ascii: "+"): quantifier = .atLeastOnce
        case UInt8(ascii: "{"): quantifier = try counts()
        default: return .once
        }
        index += 1
        if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "+") { index += 1 }
        return quantifier
    }

    /// Reads `{2`, `{2,` or `{2,5` and stops at the brace.
    private mutating func counts() throws(Unread) -> Quantifier {
        index += 1
        var isZero = true
        let first = index
        while let byte, byte &- 0x30 < 10 {
            if byte != UInt8(ascii: "0") { isZero = false }
            index += 1
        }
        guard index > first else { throw Unread() }
        if byte == UInt8(ascii: ",") {
            index += 1
            while let byte, byte &- 0x30 < 10 { index += 1 }
        }
        guard byte == UInt8(ascii: "}") else { throw Unread() }
        return isZero ? .maybe : .atLeastOnce
    }

    // MARK: What is passed over

    private mutating func skipClass() throws(Unread) {
        index += 1
        if byte == UInt8(ascii: "^") { index += 1 }
        if byte == UInt8(ascii: "]") { index += 1 }
        while let byte, byte != UInt8(ascii: "]") {
            index += 1
            switch byte {
            case UInt8(ascii: "\\"): try skipEscaped()
            case UInt8(ascii: "["): try skipNamedClass()
            default: break
            }
        }
        guard byte != nil else { throw Unread() }
        index += 1
    }

    /// Behind a bracket within a class: `:alpha:]` belongs together.
    private mutating func skipNamedClass() throws(Unread) {
        guard byte != UInt8(ascii: "."), byte != UInt8(ascii: "=") else { throw Unread() }
        guard byte == UInt8(ascii: ":") else { return }
        index += 1
        while let byte, byte != UInt8(ascii: ":") {
            guard byte == UInt8(ascii: "^") || byte &- 0x61 < 26 else { throw Unread() }
            index += 1
        }
        index += 1
        guard byte == UInt8(ascii: "]") else { throw Unread() }
        index += 1
    }

    /// Behind a backslash: quoted text and control bytes may hide what ends a
    /// group or class.
    private mutating func skipEscaped() throws(Unread) {
        guard let byte, byte != UInt8(ascii: "Q"), byte != UInt8(ascii: "E"),
            byte != UInt8(ascii: "c")
        else { throw Unread() }
        index += 1
    }

    private mutating func skipGroup(depth: Int) throws(Unread) {
        guard depth < Self.depthLimit else { throw Unread() }
        index += 1
        try skipKind()
        while let byte, byte != UInt8(ascii: ")") {
            switch byte {
            case UInt8(ascii: "("): try skipGroup(depth: depth + 1)
            case UInt8(ascii: "["): try skipClass()
            case UInt8(ascii: "\\"):
                index += 1
                try skipEscaped()
            default: index += 1
            }
        }
        guard byte != nil else { throw Unread() }
        index += 1
    }

    /// Passes over what says which kind of group it is; those that change how the
    /// rest is read are not read.
    private mutating func skipKind() throws(Unread) {
        if byte == UInt8(ascii: "*") { throw Unread() }
        guard byte == UInt8(ascii: "?") else { return }
        index += 1
        if byte == UInt8(ascii: "P") { index += 1 }
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: ">"),
            UInt8(ascii: "<"):
            index += 1
        default: throw Unread()
        }
    }
}
