// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Comparing bytes without regard to the case of ASCII letters.
///
/// The needle is part of an array that is lower-case already.
enum ByteSearch {
    /// Whether `needle` stands in `subject` at `start`.
    static func isPresent(
        _ needle: Span<UInt8>,
        in subject: Span<UInt8>,
        at start: Int
    ) -> Bool {
        guard start >= 0, needle.count <= subject.count - start else { return false }
        for index in 0..<needle.count
        where subject[start + index].asciiLowered != needle[index] {
            return false
        }
        return true
    }

    /// Whether `needle` stands anywhere in `subject`.
    ///
    /// Looks at sixteen places at a time for the needle's first and last byte.
    static func contains(_ subject: Span<UInt8>, _ needle: Span<UInt8>) -> Bool {
        guard needle.count > 0 else { return true }
        guard needle.count <= subject.count else { return false }
        let lastStart = subject.count - needle.count
        let ends = NeedleEnds(needle)
        var start = 0
        while start + NeedleEnds.width <= lastStart + 1 {
            if ends.mayStart(in: subject, at: start),
                isPresent(needle, in: subject, atAnyOf: start..<start + NeedleEnds.width)
            {
                return true
            }
            start += NeedleEnds.width
        }
        return isPresent(needle, in: subject, atAnyOf: start..<lastStart + 1)
    }

    private static func isPresent(
        _ needle: Span<UInt8>,
        in subject: Span<UInt8>,
        atAnyOf starts: Range<Int>
    ) -> Bool {
        let first = needle[0]
        for start in starts where subject[start].asciiLowered == first {
            if isPresent(needle, in: subject, at: start) { return true }
        }
        return false
    }
}

/// The first and the last byte of a needle in both cases, spread over a vector.
private struct NeedleEnds {
    /// How many places one look covers.
    static let width = 16

    private let distance: Int
    private let first: (SIMD16<UInt8>, SIMD16<UInt8>)
    private let last: (SIMD16<UInt8>, SIMD16<UInt8>)

    init(_ needle: Span<UInt8>) {
        distance = needle.count - 1
        first = Self.bothCases(of: needle[0])
        last = Self.bothCases(of: needle[distance])
    }

    private static func bothCases(of byte: UInt8) -> (SIMD16<UInt8>, SIMD16<UInt8>) {
        (SIMD16(repeating: byte), SIMD16(repeating: byte.asciiUppered))
    }

    /// Whether some place from `start` on has both bytes where they belong.
    ///
    /// The subject has `width` bytes from `start`, and as many from `start` plus
    /// the distance.
    func mayStart(in subject: Span<UInt8>, at start: Int) -> Bool {
        let bytes = subject.bytes
        let heads = bytes.vector(at: start)
        let tails = bytes.vector(at: start + distance)
        let hits =
            ((heads .== first.0) .| (heads .== first.1))
            .& ((tails .== last.0) .| (tails .== last.1))
        return any(hits)
    }
}

extension RawSpan {
    /// Sixteen bytes from `offset` on; traps when there are fewer.
    @inline(__always)
    fileprivate func vector(at offset: Int) -> SIMD16<UInt8> {
        SIMD16(
            lowHalf: unsafeBitCast(word(at: offset), to: SIMD8<UInt8>.self),
            highHalf: unsafeBitCast(word(at: offset + 8), to: SIMD8<UInt8>.self)
        )
    }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= byteCount - 8)
        return unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
