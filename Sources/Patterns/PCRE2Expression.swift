// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CPCRE2
import Synchronization

/// A compiled Perl-compatible expression over bytes, case-sensitive unless it
/// says `(?i)`.
///
/// Matching is bounded: an expression that costs more than a ``MatchMeter`` allows is
/// ended, taken as no match, and counted in ``limitHits``. Any number of threads may
/// match at once.
///
/// Most matches are over at once. They run without being counted, on short subjects
/// and under a low limit; what meets it is matched again by ``PCRE2CountedCode``.
///
/// Source: analysis-engine.md §2.5; PCRE2 10.42, pcre2api(3).
package final class PCRE2Expression: Sendable {
    /// How many internal match calls an uncounted match may make from one place of
    /// the subject.
    static let quickMatchLimit: UInt32 = 1_000
    /// The longest subject that is matched without being counted; longer ones are
    /// when the expression can match at one place only.
    static let quickSubjectCount = 2_048
    /// How deep the interpreter, which runs where the compiled code has too
    /// little stack, may backtrack.
    package static let depthLimit: UInt32 = 50_000
    /// How much memory the interpreter may use, in KiB.
    package static let heapLimitKiB: UInt32 = 16_384

    /// The compiled expression and the limits.
    ///
    /// Unsafe to send for the compiler only: both are written in `init` and only
    /// read after it, which pcre2api(3), "Multithreading", allows from any thread.
    private nonisolated(unsafe) let code: OpaquePointer
    private nonisolated(unsafe) let limits: OpaquePointer
    private let scratch: PCRE2ScratchPool
    private let limitCounter = EventCounter()
    /// Whether it can only match at the start of the subject.
    private let isAnchored: Bool
    /// Made when it is first needed.
    private let counted = Mutex<PCRE2CountedCode?>(nil)

    /// The expression as it was written.
    package let source: [UInt8]
    /// How many groups the expression has.
    package let groupCount: Int

    /// Compiles an expression, to machine code where the library can.
    ///
    /// - Throws: `invalidExpression` with the library's own words and the byte it
    ///   names, or `tooLong`.
    package init(_ pattern: some Collection<UInt8>) throws(PatternError) {
        guard pattern.count <= OSRegex.maximumPatternCount else {
            throw .tooLong(pattern.count)
        }
        let source = Array(pattern)
        let compiled = try Self.compile(source)
        guard let limits = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(compiled)
            throw .expression("out of memory", offset: 0)
        }
        pcre2_set_match_limit_8(limits, Self.quickMatchLimit)
        pcre2_set_depth_limit_8(limits, Self.depthLimit)
        pcre2_set_heap_limit_8(limits, Self.heapLimitKiB)
        var groups: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
        var options: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_ALLOPTIONS), &options)
        isAnchored = options & UInt32(PCRE2_ANCHORED) != 0
        pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
        self.source = source
        self.code = compiled
        self.limits = limits
        groupCount = Int(groups)
        scratch = PCRE2ScratchPool(groupCount: groups)
    }

    deinit {
        pcre2_match_context_free_8(limits)
        pcre2_code_free_8(code)
    }

    /// Whether the expression matches somewhere in the subject.
    package func matches(_ subject: Span<UInt8>) -> Bool {
        var meter = MatchMeter()
        return matches(subject, meter: &meter)
    }

    /// As ``matches(_:)``, at the cost of a meter.
    package func matches(_ subject: Span<UInt8>, meter: inout MatchMeter) -> Bool {
        var ignored = Captures()
        let result = firstMatch(
            in: subject,
            keepsCaptures: false,
            captures: &ignored,
            meter: &meter
        )
        return result != nil
    }

    /// The offset of the last byte of the first match, or nil.
    ///
    /// It is -1 for an empty match at 0. Captures run from group 1 to the highest
    /// that took part.
    package func firstMatch(in subject: Span<UInt8>, captures: inout Captures) -> Int? {
        var meter = MatchMeter()
        return firstMatch(in: subject, captures: &captures, meter: &meter)
    }

    /// As ``firstMatch(in:captures:)``, at the cost of a meter.
    package func firstMatch(
        in subject: Span<UInt8>,
        captures: inout Captures,
        meter: inout MatchMeter
    ) -> Int? {
        captures.removeAll()
        return firstMatch(in: subject, keepsCaptures: true, captures: &captures, meter: &meter)
    }

    /// How many matches a limit ended since the expression was compiled.
    package var limitHits: Int { limitCounter.value }

    private func firstMatch(
        in subject: Span<UInt8>,
        keepsCaptures: Bool,
        captures: inout Captures,
        meter: inout MatchMeter
    ) -> Int? {
        guard let matchData = scratch.take() else {
            limitCounter.increment()
            return nil
        }
        defer { scratch.giveBack(matchData) }
        let pairs = pairsOfMatch(in: subject, matchData, &meter)
        guard pairs > 0, let offsets = pcre2_get_ovector_pointer_8(matchData) else { return nil }
        if keepsCaptures {
            for pair in 1..<max(pairs, 1) {
                Self.append(offsets[2 * pair], offsets[2 * pair + 1], to: &captures)
            }
        }
        return Int(clamping: offsets[1]) - 1
    }

    /// How many pairs of offsets a match set; 0 or less for no match.
    private func pairsOfMatch(
        in subject: Span<UInt8>,
        _ matchData: OpaquePointer,
        _ meter: inout MatchMeter
    ) -> Int {
        subject.withUnsafeBufferPointer { buffer in
            if isAnchored || buffer.count <= Self.quickSubjectCount {
                let status = quickMatch(buffer, matchData)
                meter.charge(64 &+ buffer.count &>> 2)
                if status > 0 || status == PCRE2_ERROR_NOMATCH { return Int(status) }
            }
            return Int(countedMatch(buffer, matchData, &meter))
        }
    }

    private func quickMatch(
        _ subject: UnsafeBufferPointer<UInt8>,
        _ matchData: OpaquePointer
    ) -> Int32 {
        pcre2_match_8(code, subject.baseAddress, subject.count, 0, 0, matchData, limits)
    }

    private func countedMatch(
        _ subject: UnsafeBufferPointer<UInt8>,
        _ matchData: OpaquePointer,
        _ meter: inout MatchMeter
    ) -> Int32 {
        let allowance = meter.allowance(subjectCount: subject.count)
        let status: Int32
        if let code = countedCode() {
            let result = code.match(subject, matchData, steps: allowance)
            meter.charge(allowance &- result.stepsLeft)
            status = result.status
        } else {
            status = quickMatch(subject, matchData)
        }
        if status < 0, status != PCRE2_ERROR_NOMATCH {
            limitCounter.increment()
            meter.noteCut(allowance: allowance, subjectCount: subject.count)
        }
        return status
    }

    /// Nil for an expression of many thousand parts, which the library cannot compile
    /// with call-backs.
    private func countedCode() -> PCRE2CountedCode? {
        counted.withLock { code in
            if code == nil { code = PCRE2CountedCode(source) }
            return code
        }
    }

    private static func append(_ start: Int, _ end: Int, to captures: inout Captures) {
        let isUnset = start < 0 || end < start
        captures.append(from: isUnset ? 0 : start, to: isUnset ? 0 : end)
    }

    private static func compile(_ pattern: [UInt8]) throws(PatternError) -> OpaquePointer {
        var status: Int32 = 0
        var offset = 0
        let code = pattern.withUnsafeBufferPointer { bytes in
            pcre2_compile_8(bytes.baseAddress, bytes.count, 0, &status, &offset, nil)
        }
        guard let code else {
            throw .expression(words(for: status), offset: offset)
        }
        return code
    }

    private static func words(for status: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(status, &buffer, buffer.count)
        guard count > 0 else { return "error \(status)" }
        return String(decoding: buffer[..<Int(count)], as: UTF8.self)
    }
}

extension PatternError {
    fileprivate static func expression(_ words: String, offset: Int) -> PatternError {
        PatternError(
            .invalidExpression,
            message: "pcre2 cannot read the expression: \(words)",
            offset: offset
        )
    }
}
