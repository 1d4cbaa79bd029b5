// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Running the alternatives of one os_regex, wherever its tables lie.
enum OSRegexProgram {
    /// How a pattern was compiled, and what the caller wants of it.
    struct Mode: Sendable {
        /// Whether stars may end a pattern at the end of the subject (§2.2.3).
        let isCapturing: Bool
        /// Whether groups are to be marked.
        let keepsCaptures: Bool
    }

    /// The result offset of the first alternative that matches, or nil.
    ///
    /// The token ranges of the alternatives are into `tokens`. All alternatives share
    /// what the meter allows for the pattern; when that is spent there is no match.
    static func firstMatch(
        _ alternatives: Span<OSRegex.Alternative>,
        tokens: Span<OSRegexToken>,
        mode: Mode,
        in subject: Span<UInt8>,
        captures: inout Captures,
        meter: inout MatchMeter
    ) -> Int? {
        let allowance = meter.allowance(subjectCount: subject.count)
        let scanSteps = allowance / Self.stepCost
        var left = scanSteps
        defer { meter.charge((scanSteps &- left) &* Self.stepCost) }
        for index in alternatives.indices {
            let alternative = alternatives[index]
            let own = tokens.extracting(alternative.tokens)
            if alternative.anchorsBegin, refusesFront(own, subject) { continue }
            if mode.keepsCaptures { captures.resetMarks(alternative.markCount) }
            var scan = OSRegexScan(
                alternative,
                isCapturing: mode.isCapturing,
                marksGroups: mode.keepsCaptures,
                stepLimit: left
            )
            var marks = captures.marks.mutableSpan
            let result = scan.run(over: subject, tokens: own, marks: &marks)
            left = scan.stepsLeft &- startSteps
            if let result {
                if mode.keepsCaptures { captures.collectMarks(alternative.markCount) }
                return result
            }
            if left < 0 {
                meter.noteCut(allowance: allowance, subjectCount: subject.count)
                captures.removeAll()
                return nil
            }
        }
        return nil
    }

    /// What it costs to begin, in steps of a scan.
    private static let startSteps = 2
    /// What a step of a scan costs, as a ``MatchMeter`` counts: the search for the
    /// next byte that counts is what takes long.
    private static let stepCost = 12

    /// Whether an anchored scan would fail at one of the first bytes; see
    /// ``OSRegexNecessity``.
    ///
    /// While only literals and single classes came, nothing is running and there is
    /// no choice to go back to: the first byte that the next token refuses is the
    /// end.
    @inline(__always)
    private static func refusesFront(
        _ tokens: Span<OSRegexToken>,
        _ subject: Span<UInt8>
    ) -> Bool {
        guard tokens.count > 1 else { return false }
        let first = tokens[0].kind == .group ? 1 : 0
        let count = min(tokens.count - first, subject.count)
        for index in 0..<max(count, 0) {
            switch tokens[first + index].kind {
            case .literal, .one:
                if !tokens[first + index].bytes.contains(subject[index]) { return true }
            case .plus: return !tokens[first + index].bytes.contains(subject[index])
            case .group, .star: return false
            }
        }
        return false
    }
}
