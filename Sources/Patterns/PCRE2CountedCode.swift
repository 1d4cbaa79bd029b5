// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CPCRE2

/// An expression compiled once more, with a call-back between all its parts: so
/// its work can be counted, and ended anywhere.
///
/// It gives the answers of the plain code and is some times as slow. The plain code
/// has limits too, but they begin anew at each place of the subject, and do not count
/// the bytes that a repetition goes over.
///
/// Source: PCRE2 10.42, pcre2callout(3), "Automatic callouts".
final class PCRE2CountedCode: Sendable {
    /// What the work between two call-backs costs, without the bytes that it went
    /// over.
    private static let callSteps = 6
    /// Written in `init` and only read after it; see ``PCRE2Expression``.
    private nonisolated(unsafe) let code: OpaquePointer

    /// Nil when the library cannot compile so many parts.
    init?(_ pattern: [UInt8]) {
        var status: Int32 = 0
        var offset = 0
        let code = pattern.withUnsafeBufferPointer { bytes in
            let options = UInt32(PCRE2_AUTO_CALLOUT)
            return pcre2_compile_8(bytes.baseAddress, bytes.count, options, &status, &offset, nil)
        }
        guard let code else { return nil }
        pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        self.code = code
    }

    deinit {
        pcre2_code_free_8(code)
    }

    /// The steps of one match.
    private struct Steps {
        var left: Int
        var lastPosition = 0
    }

    /// Matches within so many steps.
    ///
    /// - Returns: the library's answer, and the steps that were left: below 0 when
    ///   they were not enough.
    func match(
        _ subject: UnsafeBufferPointer<UInt8>,
        _ matchData: OpaquePointer,
        steps: Int
    ) -> (status: Int32, stepsLeft: Int) {
        guard let context = pcre2_match_context_create_8(nil) else {
            return (Int32(PCRE2_ERROR_NOMEMORY), -1)
        }
        defer { pcre2_match_context_free_8(context) }
        pcre2_set_match_limit_8(context, .max)
        pcre2_set_depth_limit_8(context, PCRE2Expression.depthLimit)
        pcre2_set_heap_limit_8(context, PCRE2Expression.heapLimitKiB)
        var counter = Steps(left: steps)
        let status = withUnsafeMutablePointer(to: &counter) { counter in
            pcre2_set_callout_8(context, Self.count, counter)
            let (bytes, size) = (subject.baseAddress, subject.count)
            let status = pcre2_match_8(code, bytes, size, 0, 0, matchData, context)
            guard status == PCRE2_ERROR_JIT_STACKLIMIT else { return status }
            let interpreted = UInt32(PCRE2_NO_JIT)
            return pcre2_match_8(code, bytes, size, 0, interpreted, matchData, context)
        }
        return (status, counter.left)
    }

    /// Takes one step off, and the bytes gone over; ends the match when none is left.
    private static let count:
        @convention(c) (
            UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?
        ) -> Int32 = { block, data in
            guard let block, let data else { return 0 }
            let steps = data.assumingMemoryBound(to: Steps.self)
            let position = Int(clamping: block.pointee.current_position)
            let distance = position &- steps.pointee.lastPosition
            steps.pointee.lastPosition = position
            steps.pointee.left &-= callSteps &+ distance.magnitude.shortened
            return steps.pointee.left < 0 ? Int32(PCRE2_ERROR_CALLOUT) : 0
        }
}

extension UInt {
    /// What it costs to go over so many bytes.
    fileprivate var shortened: Int { Int(clamping: self &>> 2) }
}
