// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Bytes in pieces of any length to whole lines.
struct LineFramer {
    /// Longer lines are passed over, and counted.
    let maximumLineBytes: Int
    /// How many lines were too long.
    private(set) var skippedLines = 0

    private var buffer: [UInt8] = []
    /// Where the next line begins in ``buffer``.
    private var start = 0
    /// Up to here the buffer was searched for a line feed.
    private var searched = 0
    /// The line that begins at ``start`` was too long; its rest is not wanted.
    private var isSkipping = false

    init(maximumLineBytes: Int) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// Takes the next bytes.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer += bytes
    }

    /// The next whole line, without its line feed; nil when more bytes are
    /// needed.
    mutating func next() -> [UInt8]? {
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = start..<end
            start = end + 1
            searched = start
            if isSkipping {
                isSkipping = false
            } else if line.count > maximumLineBytes {
                skippedLines += 1
            } else {
                return Array(buffer[line])
            }
        }
        searched = buffer.count
        if !isSkipping, buffer.count - start > maximumLineBytes {
            isSkipping = true
            skippedLines += 1
        }
        if isSkipping { start = buffer.count }
        return nil
    }

    /// Forgets the line that has begun: its end will not come.
    mutating func discardPartialLine() {
        buffer.removeAll(keepingCapacity: true)
        start = 0
        searched = 0
        isSkipping = false
    }
}
