// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of newline-delimited JSON into lines, however it was chunked.
///
/// A line ends in LF; a CR before it is dropped, and blank lines are skipped.
/// Bytes are not interpreted, so invalid UTF-8 passes. A line longer than the
/// limit is thrown away whole and counted: memory stays bounded by the limit
/// and one chunk.
package struct NDJSONSplitter: Sendable {
    /// Bytes of the longest line that is kept, without its end.
    package let lineLimit: Int
    /// Lines thrown away since the start because they were longer.
    package private(set) var droppedLines: Int = 0

    private var partial: [UInt8] = []
    /// The rest of a line already found too long is being skipped.
    private var isSkipping = false

    package init(lineLimit: Int) {
        self.lineLimit = lineLimit
    }

    /// Takes the next bytes; the lines they completed, in order.
    package mutating func lines(completedBy chunk: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = chunk[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<newline])
            if let line = endLine() { lines.append(line) }
            rest = rest[rest.index(after: newline)...]
        }
        append(rest)
        return lines
    }

    /// The stream has ended: what stands there without a newline, if anything.
    package mutating func finish() -> [UInt8]? {
        endLine()
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isSkipping else { return }
        // One byte of room for the CR that may still be dropped.
        guard partial.count + bytes.count <= lineLimit + 1 else {
            isSkipping = true
            partial = []
            return
        }
        partial.append(contentsOf: bytes)
    }

    private mutating func endLine() -> [UInt8]? {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        if isSkipping || partial.count > lineLimit {
            droppedLines += 1
            isSkipping = false
            partial = []
            return nil
        }
        guard partial.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") })
        else {
            partial.removeAll(keepingCapacity: true)
            return nil
        }
        defer { partial = [] }
        return partial
    }
}
