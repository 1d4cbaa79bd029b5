// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// One alternative of an os_regex going over one subject.
///
/// The algorithm is analysis-engine.md §2.2.3, step by step; the letters in the
/// comments are its. Two shortcuts give the same result in fewer steps, and each
/// says why.
struct OSRegexScan {
    private struct Choice {
        var token = 0
        var index = 0
    }

    /// What follows a step.
    private enum Verdict {
        case nextByte
        case sameByte
        case matched
        case failed
    }

    private static let maximumChoices = 4

    private let anchorsBegin: Bool
    private let anchorsEnd: Bool
    private let isCapturing: Bool
    private let marksGroups: Bool

    private var index = 0
    private var token = 0
    private var result: Int? = 0
    /// Whether the current class has taken a byte already.
    private var isRunning = false
    private var restart: Int?
    private var choices = InlineArray<4, Choice>(repeating: Choice())
    private var choiceCount = 0
    /// Below 0 when the scan ended without an answer, for want of steps.
    private(set) var stepsLeft: Int

    init(
        _ alternative: OSRegex.Alternative,
        isCapturing: Bool,
        marksGroups: Bool,
        stepLimit: Int
    ) {
        anchorsBegin = alternative.anchorsBegin
        anchorsEnd = alternative.anchorsEnd
        self.isCapturing = isCapturing
        self.marksGroups = marksGroups
        stepsLeft = stepLimit
    }

    /// Whether the scan ended without an answer, for want of steps.
    var isExhausted: Bool { stepsLeft < 0 }

    /// The result offset, or nil for no match.
    mutating func run(
        over subject: Span<UInt8>,
        tokens: Span<OSRegexToken>,
        marks: inout MutableSpan<Int>
    ) -> Int? {
        while true {
            if token == 0, !anchorsBegin { skipToCandidate(in: subject, tokens: tokens) }
            if index >= subject.count { break }
            stepsLeft &-= 1
            if isExhausted { return nil }
            switch step(over: subject, tokens: tokens, marks: &marks) {
            case .nextByte: index += 1
            case .sameByte: continue
            case .matched: return result
            case .failed: return nil
            }
        }
        return isMatchAtEnd(of: subject, tokens: tokens, marks: &marks) ? result : nil
    }

    /// Goes to the next byte that the first token takes.
    ///
    /// Exact: without choices or restart, a byte that the first token refuses —
    /// a literal, a lone class, or a class not yet running — does only one thing,
    /// step D: no result, next byte. A parenthesis in front is passed again, and
    /// marked anew, at each byte. A star refuses nothing.
    private mutating func skipToCandidate(
        in subject: Span<UInt8>,
        tokens: Span<OSRegexToken>
    ) {
        if choiceCount > 0 || restart != nil { return }
        var first = 0
        if first < tokens.count, tokens[first].kind == .group { first += 1 }
        guard first < tokens.count else { return }
        switch tokens[first].kind {
        case .star: return
        case .plus where isRunning: return
        default: break
        }
        let start = index
        let bytes = tokens[first].bytes
        while index < subject.count, !bytes.contains(subject[index]) { index += 1 }
        if tokens[first].kind != .literal, tokens[first].kind != .group, index > start {
            isRunning = false
        }
        stepsLeft &-= (index - start) >> 3
        if index > start { result = nil }
    }

    @inline(__always)
    private mutating func step(
        over subject: Span<UInt8>,
        tokens: Span<OSRegexToken>,
        marks: inout MutableSpan<Int>
    ) -> Verdict {
        // A: one parenthesis at most for each byte.
        if token < tokens.count, tokens[token].kind == .group {
            mark(tokens[token], at: index, &marks)
            token += 1
        }
        guard token < tokens.count else { return anchorsEnd ? fail() : .matched }
        let isTaken = tokens[token].bytes.contains(subject[index])
        switch (tokens[token].kind, isTaken) {
        case (.one, true), (.literal, true), (.group, true):
            takeOne()
            return .nextByte
        case (.literal, false), (.group, false):
            return fail()
        case (.plus, true), (.star, true):
            takeRun(over: subject, tokens: tokens, marks: &marks)
            return .nextByte
        case (.one, false), (.plus, false), (.star, false):
            return refuse(tokens[token].kind, endsMatch: tokens[token].endsMatch)
        }
    }

    @inline(__always)
    private mutating func takeOne() {
        token += 1
        if restart == nil { restart = index }
        result = index
    }

    /// B, byte in a quantified class; goes on over the bytes for which nothing
    /// would change but the index and the result.
    @inline(__always)
    private mutating func takeRun(
        over subject: Span<UInt8>,
        tokens: Span<OSRegexToken>,
        marks: inout MutableSpan<Int>
    ) {
        if tokens[token].kind == .star { isRunning = true }
        guard isRunning else {
            markFirstOfPlus(over: subject, tokens: tokens, marks: &marks)
            isRunning = true
            result = index
            return
        }
        if tokens[token].next == .end {
            takeRunToEnd(over: subject, tokens: tokens, marks: &marks)
            return
        }
        let follower = token + (tokens[token].passesGroup ? 2 : 1)
        let nextBytes = tokens[follower].bytes
        if nextBytes.contains(subject[index]) {
            takeNext(tokens, &marks)
        } else {
            skipRun(over: subject, bytes: tokens[token].bytes.subtracting(nextBytes))
        }
        result = index
    }

    private mutating func markFirstOfPlus(
        over subject: Span<UInt8>,
        tokens: Span<OSRegexToken>,
        marks: inout MutableSpan<Int>
    ) {
        guard token + 1 < tokens.count, tokens[token + 1].kind == .group else { return }
        let isLastByte = index + 1 == subject.count
        mark(tokens[token + 1], at: isLastByte ? index + 1 : index, &marks)
    }

    /// A run with nothing behind it: every byte of the class marks the end of the
    /// group and leaves the result alone.
    @inline(__always)
    private mutating func takeRunToEnd(
        over subject: Span<UInt8>,
        tokens: Span<OSRegexToken>,
        marks: inout MutableSpan<Int>
    ) {
        skipRun(over: subject, bytes: tokens[token].bytes)
        if tokens[token].passesGroup { mark(tokens[token + 1], at: index + 1, &marks) }
    }

    /// Moves to the last of the bytes in front that a run takes without a look.
    @inline(__always)
    private mutating func skipRun(over subject: Span<UInt8>, bytes: ByteSet) {
        let start = index
        while index + 1 < subject.count, bytes.contains(subject[index + 1]) { index += 1 }
        stepsLeft &-= (index - start) >> 3
    }

    /// The next token takes the byte, and the run is remembered as a choice.
    @inline(__always)
    private mutating func takeNext(_ tokens: Span<OSRegexToken>, _ marks: inout MutableSpan<Int>) {
        let next = tokens[token].next
        let passesGroup = tokens[token].passesGroup
        if passesGroup { mark(tokens[token + 1], at: index, &marks) }
        if choiceCount < Self.maximumChoices {
            choices[choiceCount] = Choice(token: token, index: index)
            choiceCount += 1
        }
        token += passesGroup ? 2 : 1
        if next != .run { token += 1 }
        if next == .literal { isRunning = false }
    }

    /// B, byte not in the class.
    @inline(__always)
    private mutating func refuse(_ kind: OSRegexToken.Kind, endsMatch: Bool) -> Verdict {
        let wasRunning = isRunning
        if endsMatch, wasRunning, result != nil {
            result = index
            if !anchorsEnd { return .matched }
            isRunning = false
            return fail()
        }
        isRunning = false
        if kind == .plus, wasRunning {
            token += 1
            return .sameByte
        }
        if kind == .star {
            token += 1
            result = index - 1
            return .sameByte
        }
        return fail()
    }

    /// D.
    @inline(__always)
    private mutating func fail() -> Verdict {
        if choiceCount > 0 {
            choiceCount -= 1
            token = choices[choiceCount].token
            index = choices[choiceCount].index
            return .nextByte
        }
        if anchorsBegin { return .failed }
        if let restart { index = restart }
        restart = nil
        token = 0
        result = nil
        return .nextByte
    }

    /// Whether the pattern may end where the subject does.
    private mutating func isMatchAtEnd(
        of subject: Span<UInt8>,
        tokens: Span<OSRegexToken>,
        marks: inout MutableSpan<Int>
    ) -> Bool {
        if isCapturing {
            while passStar(tokens) {}
            if token < tokens.count, tokens[token].kind == .group {
                mark(tokens[token], at: subject.count, &marks)
            }
        }
        if isAtEnd(tokens) { return true }
        if isRunning, token < tokens.count, tokens[token].isClass {
            let isQuantified = tokens[token].kind != .one
            token += 1
            if isQuantified {
                if isAtEnd(tokens) { return true }
                if passStar(tokens) {
                    if isAtEnd(tokens) { return true }
                } else if token < tokens.count, tokens[token].kind == .one {
                    // An unquantified class is passed unseen: six of the 12,000
                    // recorded results show it.
                    token += 1
                }
            }
        }
        return passStar(tokens) && isAtEnd(tokens)
    }

    /// Passes one parenthesis, and says whether no token is left.
    private mutating func isAtEnd(_ tokens: Span<OSRegexToken>) -> Bool {
        if token < tokens.count, tokens[token].kind == .group { token += 1 }
        return token >= tokens.count
    }

    private mutating func passStar(_ tokens: Span<OSRegexToken>) -> Bool {
        guard token < tokens.count, tokens[token].kind == .star else { return false }
        token += 1
        return true
    }

    @inline(__always)
    private func mark(_ group: OSRegexToken, at position: Int, _ marks: inout MutableSpan<Int>) {
        if marksGroups { marks[Int(group.mark)] = position }
    }
}
