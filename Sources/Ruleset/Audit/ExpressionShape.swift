// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The outline of a PCRE2 expression: what repeats in what, and a text that leads to
/// each repetition.
///
/// It reads what users write in rules: groups, classes, quantifiers, anchors. What it
/// does not know it takes for a letter; so it may miss a finding, and all it finds is
/// tried out or follows from what it read.
struct ExpressionShape {
    /// A place that can repeat without end.
    struct Repetition {
        /// A text that matches what stands before.
        let lead: [UInt8]
        /// Texts that match the repeated part once: the longer and the shorter way.
        let units: [[UInt8]]
        /// Whether something in it repeats without end too, or may be read in several
        /// ways.
        let isNested: Bool
    }

    private(set) var repetitions: [Repetition] = []
    /// Whether something must follow the end of the text, or precede its beginning.
    private(set) var isImpossible = false

    private let bytes: [UInt8]
    private var position = 0
    private var isMultiline = false
    /// Whether blanks and comments are no letters, as `(?x)` says.
    private var isExtended = false

    /// Deeper groups are not looked into.
    private static let depthLimit = 64

    init(_ expression: [UInt8]) {
        bytes = expression
        _ = alternation(lead: [], depth: 0)
    }

    /// What a part of the expression came to.
    private struct Part {
        /// A text that matches it.
        var sample: [UInt8] = []
        /// A text that matches it without what may be missing.
        var minimal: [UInt8] = []
        /// Whether it must take a byte.
        var takes = false
        var endsText = false
        var startsText = false
        /// Whether something in it repeats without end, or there is a choice.
        var hasRepetition = false

        init() {}

        /// One byte that must be there.
        init(letter: UInt8) {
            sample = [letter]
            minimal = [letter]
            takes = true
        }
    }

    // MARK: Reading

    private mutating func alternation(lead: [UInt8], depth: Int) -> Part {
        let wasExtended = isExtended
        defer { isExtended = depth == 0 ? isExtended : wasExtended }
        var result = sequence(lead: lead, depth: depth)
        while position < bytes.count, bytes[position] == UInt8(ascii: "|") {
            position += 1
            let other = sequence(lead: lead, depth: depth)
            result.takes = result.takes && other.takes
            result.endsText = result.endsText && other.endsText
            result.startsText = result.startsText && other.startsText
            result.hasRepetition = true
        }
        return result
    }

    private mutating func sequence(lead: [UInt8], depth: Int) -> Part {
        var whole = Part()
        skipBlanks()
        while position < bytes.count, bytes[position] != UInt8(ascii: "|"),
            bytes[position] != UInt8(ascii: ")")
        {
            let before = position
            let here = lead + whole.sample
            let firstInner = repetitions.count
            var part = atom(lead: here, depth: depth)
            skipBlanks()
            let repeats = quantifier()
            if repeats.isEndless {
                let isNested = part.hasRepetition
                if !repeats.isPossessive {
                    repetitions.append(
                        Repetition(
                            lead: here,
                            units: [part.sample, part.minimal],
                            isNested: isNested
                        )
                    )
                } else {
                    repetitions.removeSubrange(firstInner...)
                }
                part.hasRepetition = !repeats.isPossessive
            }
            if repeats.minimum == 0 {
                part.takes = false
                part.endsText = false
                part.startsText = false
                part.minimal = []
            }
            join(part, to: &whole)
            if position == before { position += 1 }
            skipBlanks()
        }
        return whole
    }

    /// Skips what `(?x)` makes no part of the expression.
    private mutating func skipBlanks() {
        guard isExtended else { return }
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                position = bytes[position...].firstIndex(of: 10) ?? bytes.count
            } else if bytes[position] == 0x20 || (9...13).contains(bytes[position]) {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func join(_ part: Part, to whole: inout Part) {
        if !isMultiline {
            if whole.endsText, part.takes { isImpossible = true }
            if whole.takes, part.startsText { isImpossible = true }
        }
        whole.sample += part.sample
        whole.minimal += part.minimal
        whole.takes = whole.takes || part.takes
        whole.endsText = whole.endsText || part.endsText
        whole.startsText = whole.startsText || part.startsText
        whole.hasRepetition = whole.hasRepetition || part.hasRepetition
    }

    private mutating func atom(lead: [UInt8], depth: Int) -> Part {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "("): return group(lead: lead, depth: depth)
        case UInt8(ascii: "["): return Part(letter: characterClass())
        case UInt8(ascii: "\\"): return escape()
        case UInt8(ascii: "^"):
            position += 1
            var part = Part()
            part.startsText = true
            return part
        case UInt8(ascii: "$"):
            position += 1
            var part = Part()
            part.endsText = true
            return part
        case UInt8(ascii: "."):
            position += 1
            return Part(letter: UInt8(ascii: "a"))
        default:
            position += 1
            return Part(letter: byte)
        }
    }

    private mutating func group(lead: [UInt8], depth: Int) -> Part {
        position += 1
        var looksAround = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "?") {
            looksAround = skipGroupHead()
        }
        guard depth < Self.depthLimit else {
            position = bytes.count
            return Part()
        }
        let wasImpossible = isImpossible
        let part = alternation(lead: lead, depth: depth + 1)
        if position < bytes.count { position += 1 }
        guard looksAround else { return part }
        isImpossible = wasImpossible
        var around = Part()
        around.hasRepetition = part.hasRepetition
        return around
    }

    /// Skips `?:`, `?i)`, `?<name>` and the like; whether the group takes no text.
    private mutating func skipGroupHead() -> Bool {
        position += 1
        let rest = bytes[position...]
        for head in ["=", "!", "<=", "<!"] where rest.starts(with: head.utf8) {
            position += head.utf8.count
            return true
        }
        if rest.starts(with: "<".utf8) || rest.starts(with: "P<".utf8) {
            position = rest.firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? bytes.count
            return false
        }
        while position < bytes.count, bytes[position] != UInt8(ascii: ":"),
            bytes[position] != UInt8(ascii: ")"), bytes[position] != UInt8(ascii: ">"),
            bytes[position] != UInt8(ascii: "|")
        {
            if bytes[position] == UInt8(ascii: "m") { isMultiline = true }
            if bytes[position] == UInt8(ascii: "x") { isExtended = true }
            position += 1
        }
        if position < bytes.count, bytes[position] != UInt8(ascii: ")") { position += 1 }
        return false
    }

    /// Skips a class; a byte that it takes, as far as that is simple.
    private mutating func characterClass() -> UInt8 {
        position += 1
        let isNegated = position < bytes.count && bytes[position] == UInt8(ascii: "^")
        if isNegated { position += 1 }
        var members: [UInt8] = []
        var isFirst = true
        while position < bytes.count, isFirst || bytes[position] != UInt8(ascii: "]") {
            isFirst = false
            if bytes[position] == UInt8(ascii: "\\") {
                members += escape().sample
            } else if bytes[position...].starts(with: "[:".utf8),
                let end = bytes[position...].firstIndex(of: UInt8(ascii: "]"))
            {
                members.append(UInt8(ascii: "a"))
                position = end + 1
            } else {
                members.append(bytes[position])
                position += 1
            }
        }
        if position < bytes.count { position += 1 }
        guard isNegated else { return members.first ?? UInt8(ascii: "a") }
        let candidates = Array("a0 -~".utf8)
        return candidates.first { !members.contains($0) } ?? UInt8(ascii: "Z")
    }

    private mutating func escape() -> Part {
        position += 1
        guard position < bytes.count else { return Part() }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "Z"),
            UInt8(ascii: "z"), UInt8(ascii: "G"), UInt8(ascii: "K"), UInt8(ascii: "Q"),
            UInt8(ascii: "E"):
            return Part()
        case UInt8(ascii: "d"): return Part(letter: UInt8(ascii: "0"))
        case UInt8(ascii: "s"), UInt8(ascii: "W"), UInt8(ascii: "h"):
            return Part(letter: UInt8(ascii: " "))
        case UInt8(ascii: "w"), UInt8(ascii: "S"), UInt8(ascii: "D"), UInt8(ascii: "N"):
            return Part(letter: UInt8(ascii: "a"))
        case UInt8(ascii: "t"): return Part(letter: 9)
        case UInt8(ascii: "n"): return Part(letter: 10)
        case UInt8(ascii: "r"): return Part(letter: 13)
        default: return Part(letter: letter)
        }
    }

    // MARK: Quantifiers

    private struct Quantifier {
        var minimum = 1
        var isEndless = false
        var isPossessive = false
    }

    private mutating func quantifier() -> Quantifier {
        guard position < bytes.count else { return Quantifier() }
        var result = Quantifier()
        switch bytes[position] {
        case UInt8(ascii: "*"): result = Quantifier(minimum: 0, isEndless: true)
        case UInt8(ascii: "+"): result = Quantifier(minimum: 1, isEndless: true)
        case UInt8(ascii: "?"): result = Quantifier(minimum: 0)
        case UInt8(ascii: "{"):
            guard let counted = countedQuantifier() else { return Quantifier() }
            result = counted
        default: return Quantifier()
        }
        position += 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "+") {
            result.isPossessive = true
            position += 1
        } else if position < bytes.count, bytes[position] == UInt8(ascii: "?") {
            position += 1
        }
        return result
    }

    /// `{n}`, `{n,}` or `{n,m}`, read up to its brace; nil when the brace is a letter.
    private mutating func countedQuantifier() -> Quantifier? {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let text = bytes[(position + 1)..<end]
        let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard let first = parts.first.flatMap({ RulePlacement.number($0) }), parts.count <= 2 else {
            return nil
        }
        position = end
        return Quantifier(minimum: first, isEndless: parts.count == 2 && parts[1].isEmpty)
    }
}
