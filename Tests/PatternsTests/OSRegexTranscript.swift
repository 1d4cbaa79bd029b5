// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The matching algorithm of analysis-engine.md §2.2.3, transcribed line by line
/// and as slowly as it stands there, to hold the real one to it.
struct OSRegexTranscript {
    enum Token {
        case literal(UInt8)
        case one(Set<UInt8>)
        case plus(Set<UInt8>)
        case star(Set<UInt8>)
        case group

        var width: Int {
            switch self {
            case .literal, .group: 1
            case .one: 2
            case .plus, .star: 3
            }
        }

        var set: Set<UInt8>? {
            switch self {
            case .one(let set), .plus(let set), .star(let set): set
            case .literal, .group: nil
            }
        }

        var isStar: Bool { if case .star = self { true } else { false } }
        var isPlus: Bool { if case .plus = self { true } else { false } }
        var isOne: Bool { if case .one = self { true } else { false } }
        var isGroup: Bool { if case .group = self { true } else { false } }
    }

    let begin: Bool
    let end: Bool
    let tokens: [Token]
    let capturing: Bool

    private var p = 0
    private var i = 0
    private var result: Int? = 0
    private var run = false
    private var restart: Int?
    private var stack: [(p: Int, i: Int)] = []
    private(set) var cap: [Int: Int] = [:]

    init(begin: Bool, end: Bool, tokens: [Token], capturing: Bool) {
        self.begin = begin
        self.end = end
        self.tokens = tokens
        self.capturing = capturing && tokens.contains { $0.isGroup }
    }

    private enum Step { case next, again, succeed, fail }

    mutating func match(_ subject: [UInt8]) -> Int? {
        while i < subject.count {
            switch offer(subject[i], isLast: i == subject.count - 1) {
            case .next: i += 1
            case .again: break
            case .succeed: return result
            case .fail: return nil
            }
        }
        return succeedsAtEnd(subject.count) ? result : nil
    }

    private mutating func offer(_ c: UInt8, isLast: Bool) -> Step {
        if p >= tokens.count {
            if !end { return .succeed }
        } else if tokens[p].isGroup {
            cap[p] = i
            p += 1
            if p >= tokens.count, !end { return .succeed }
        }
        guard p < tokens.count else { return failure() }
        if let set = tokens[p].set {
            return set.contains(c) ? take(c, isLast: isLast) : refuse(c)
        }
        let isEqual: Bool
        switch tokens[p] {
        case .literal(let byte): isEqual = byte == lower(c)
        default: isEqual = c == UInt8(ascii: "(")
        }
        guard isEqual else { return failure() }
        p += 1
        if restart == nil { restart = i }
        result = i
        return .next
    }

    private mutating func take(_ c: UInt8, isLast: Bool) -> Step {
        if tokens[p].isOne {
            p += 1
            if restart == nil { restart = i }
            result = i
            return .next
        }
        if tokens[p].isStar { run = true }
        guard run else {
            if p + 1 < tokens.count, tokens[p + 1].isGroup { cap[p + 1] = isLast ? i + 1 : i }
            run = true
            result = i
            return .next
        }
        var n = p + 1
        var skipped: Int?
        if n < tokens.count, tokens[n].isGroup {
            skipped = n
            n += 1
        }
        guard n < tokens.count else {
            if let skipped { cap[skipped] = i + 1 }
            return .next
        }
        if let set = tokens[n].set {
            if set.contains(c) { choose(n, skipped, eats: tokens[n].isOne) }
        } else if takesLiterally(tokens[n], c) {
            run = false
            choose(n, skipped, eats: true)
        }
        result = i
        return .next
    }

    private func takesLiterally(_ token: Token, _ c: UInt8) -> Bool {
        if case .literal(let byte) = token { return byte == lower(c) }
        return c == UInt8(ascii: "(")
    }

    private mutating func choose(_ n: Int, _ skipped: Int?, eats: Bool) {
        if let skipped { cap[skipped] = i }
        if stack.count < 4 { stack.append((p, i)) }
        p = eats ? n + 1 : n
    }

    private mutating func refuse(_ c: UInt8) -> Step {
        let token = tokens[p]
        let cells = (token.isOne ? 0 : 1) + tokens[(p + 1)...].map(\.width).reduce(0, +)
        if cells <= 1, run, result != nil {
            result = i
            if !end { return .succeed }
            run = false
            return failure()
        }
        if token.isPlus, run {
            p += 1
            run = false
            return .again
        }
        if token.isStar {
            p += 1
            result = i - 1
            run = false
            return .again
        }
        run = false
        return failure()
    }

    private mutating func failure() -> Step {
        if let popped = stack.popLast() {
            (p, i) = popped
            return .next
        }
        if begin { return .fail }
        if let restart { i = restart }
        restart = nil
        p = 0
        result = nil
        return .next
    }

    private mutating func succeedsAtEnd(_ length: Int) -> Bool {
        if capturing {
            while p < tokens.count, tokens[p].isStar { p += 1 }
            if p < tokens.count, tokens[p].isGroup { cap[p] = length }
        }
        if atEnd() { return true }
        if p < tokens.count, tokens[p].set != nil, run {
            let wasOne = tokens[p].isOne
            p += 1
            if !wasOne {
                if atEnd() { return true }
                if p < tokens.count, tokens[p].isStar {
                    p += 1
                    if atEnd() { return true }
                } else if p < tokens.count, tokens[p].isOne {
                    // "Stopping after a CLS one leaves p on the token after it."
                    p += 1
                }
            }
        }
        if p < tokens.count, tokens[p].isStar {
            p += 1
            return atEnd()
        }
        return false
    }

    private mutating func atEnd() -> Bool {
        if p < tokens.count, tokens[p].isGroup { p += 1 }
        return p >= tokens.count
    }

    private func lower(_ c: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(c) ? c + 32 : c
    }

    /// The captures of §2.2.4: pairs in order, up to the first that lacks an end.
    var captures: [Range<Int>] {
        guard capturing else { return [] }
        let groups = tokens.indices.filter { tokens[$0].isGroup }
        var found: [Range<Int>] = []
        for pair in stride(from: 0, to: groups.count - 1, by: 2) {
            guard let open = cap[groups[pair]], let close = cap[groups[pair + 1]] else { break }
            found.append(open..<max(open, close))
        }
        return found
    }
}
