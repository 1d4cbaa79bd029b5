// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Lines of a file or of standard input, as bytes, read in large pieces.
///
/// The last line counts also without a line end. A line is never longer than
/// `limit`: the rest of it is passed over and ``LineReader/truncatedLines``
/// counts it.
struct LineReader {
    private let descriptor: Int32
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// How many lines were longer than the limit.
    private(set) var truncatedLines = 0
    /// How many bytes were read.
    private(set) var bytesRead = 0
    /// Why reading ended before the end of the input.
    private(set) var failure: String?

    init(descriptor: Int32, limit: Int = 4 << 20) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Calls `body` with the next line without its `\n`.
    ///
    /// - Returns: false at the end of the input.
    mutating func next(_ body: (Span<UInt8>) throws -> Void) rethrows -> Bool {
        var searched = start
        while true {
            if let end = indexOfNewline(from: searched) {
                try body(buffer.span.extracting(start..<min(end, start + limit)))
                if end - start > limit { truncatedLines += 1 }
                start = end + 1
                return true
            }
            if isAtEnd {
                guard start < buffer.count else { return false }
                try body(buffer.span.extracting(start..<min(buffer.count, start + limit)))
                start = buffer.count
                return true
            }
            searched = fill()
        }
    }

    /// Whether more complete lines lie ready without asking the system.
    var hasBufferedLine: Bool { indexOfNewline(from: start) != nil }

    private func indexOfNewline(from index: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard index < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + index, 0x0A, bytes.count - index)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Reads the next piece, after moving what is unread to the front; returns
    /// where the new bytes begin.
    ///
    /// A line past twice the limit keeps its first part only; it stays one
    /// line until its end is found.
    private mutating func fill() -> Int {
        buffer.removeSubrange(0..<start)
        start = 0
        if buffer.count > 2 * limit { buffer.removeSubrange((limit + 1)...) }
        let size = 1 << 18
        let old = buffer.count
        var count = 0
        buffer.append(addingCapacity: size) { (output: inout OutputSpan<UInt8>) in
            output.withUnsafeMutableBufferPointer { bytes, initializedCount in
                repeat {
                    count = read(descriptor, bytes.baseAddress, size)
                } while count < 0 && errno == EINTR
                initializedCount = max(0, count)
            }
        }
        if count < 0 { failure = String(cString: strerror(errno)).lowercased() }
        isAtEnd = count <= 0
        bytesRead += max(0, count)
        return old
    }
}
