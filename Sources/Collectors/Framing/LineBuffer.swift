// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A line found in a ``LineBuffer``.
package struct Line: Sendable, Equatable {
    /// Where the text lies in ``LineBuffer/bytes``, without its newline.
    package let text: Range<Int>
    /// The line was longer; the rest is dropped.
    package let isTruncated: Bool
    /// Where the line starts, and where the next one does, in bytes from the
    /// start of the stream.
    package let offsets: Range<Int64>
}

/// Cuts bytes into lines at LF, however they were chunked.
///
/// Bytes are not looked at, but for a hole of NUL bytes before a line that would
/// take all its room: CR stays, and so does invalid UTF-8. What stands without a
/// newline waits for it. Memory is bounded by the limit and a chunk.
package struct LineBuffer: Sendable {
    /// Bytes of the longest line, without its newline, unless a source says
    /// otherwise.
    ///
    /// - Compatibility: Wazuh's is 65,278; around-the-engine.md §2.6.
    package static let lineLimit = 1 << 20

    /// What was taken in; valid for ``Line/text`` until the next
    /// ``fill(upTo:with:)``.
    package private(set) var bytes: [UInt8] = []
    /// Offset in the stream of what was not yet given as a line.
    package private(set) var offset: Int64

    private static let room = [UInt8](repeating: 0, count: 64 << 10)

    private let limit: Int
    private var start = 0
    /// No newline lies between `start` and here.
    private var scanned = 0
    /// Bytes of the line begun that were thrown away already.
    private var skipped = 0

    /// `offset` is where in the stream the first byte to come stands; lines
    /// are cut at `limit` bytes.
    package init(offset: Int64, limit: Int = LineBuffer.lineLimit) {
        self.offset = offset
        self.limit = limit
    }

    /// Whether a line was begun and not yet ended.
    var isWithinLine: Bool { start < bytes.count || skipped > 0 }

    /// Offset in the stream of the byte that is to be taken in next.
    var endOffset: Int64 { offset + Int64(bytes.count - start + skipped) }

    /// Takes in bytes that `body` writes, and gives on what it says: how many
    /// they were, or a negative number for a failure.
    package mutating func fill(
        upTo count: Int,
        with body: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        dropGiven()
        let end = bytes.count
        // By the piece: to repeat one byte is slow in a debug build.
        while bytes.count - end < count {
            bytes.append(contentsOf: Self.room.prefix(count - (bytes.count - end)))
        }
        let filled = bytes.withUnsafeMutableBytes { body(.init(rebasing: $0[end...])) }
        bytes.removeLast(count - min(max(filled, 0), count))
        return filled
    }

    /// Throws away the last `count` bytes taken in, of which none was given as a
    /// line yet.
    mutating func unfill(_ count: Int) {
        bytes.removeLast(min(max(count, 0), bytes.count - start))
    }

    /// The next whole line.
    package mutating func nextLine() -> Line? {
        guard let newline = indexOfNewline() else {
            dropExcess()
            scanned = bytes.count
            return nil
        }
        let line = line(endingAt: newline, separator: 1)
        start = newline + 1
        scanned = start
        return line
    }

    /// What stands without a newline, when none will come any more.
    package mutating func takeRemainder() -> Line? {
        guard isWithinLine else { return nil }
        let line = line(endingAt: bytes.count, separator: 0)
        start = bytes.count
        scanned = start
        return line
    }

    /// Gives back memory that is not needed for what was begun.
    mutating func releaseMemory() {
        dropGiven()
        guard bytes.capacity > 2 * bytes.count else { return }
        bytes = bytes.isEmpty ? [] : bytes.map { $0 }
    }

    private mutating func line(endingAt end: Int, separator: Int) -> Line {
        let length = end - start
        let kept = min(length, limit)
        let next = offset + Int64(length + skipped + separator)
        defer {
            offset = next
            skipped = 0
        }
        return Line(
            text: start..<(start + kept),
            isTruncated: skipped > 0 || kept < length,
            offsets: offset..<next
        )
    }

    private func indexOfNewline() -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard scanned < buffer.count, let base = buffer.baseAddress,
                let found = memchr(
                    base + scanned,
                    Int32(UInt8(ascii: "\n")),
                    buffer.count - scanned
                )
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func dropGiven() {
        guard start > 0 else { return }
        bytes.removeFirst(start)
        scanned -= start
        start = 0
    }

    private mutating func dropExcess() {
        guard bytes.count - start > limit else { return }
        dropHole()
        let excess = bytes.count - start - limit
        guard excess > 0 else { return }
        bytes.removeLast(excess)
        skipped += excess
    }

    /// Passes over NUL bytes before a line.
    ///
    /// A file that was truncated under a writer that does not append begins
    /// with a hole as long as the file was; the line behind it counts.
    private mutating func dropHole() {
        guard skipped == 0 else { return }
        let hole = bytes[start...].prefix { $0 == 0 }.count
        start += hole
        offset += Int64(hole)
    }
}
