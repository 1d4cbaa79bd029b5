// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finding lines from a file's end.
extension OpenFile {
    /// The offset behind the last line feed before `limit`; 0 when there is
    /// none.
    borrowing func endOfLine(before limit: Int) throws(AlertStoreError) -> Int {
        var limit = limit
        while limit > 0 {
            let start = max(0, limit - 64 << 10)
            let chunk = try bytes(start..<limit)
            if let index = chunk.lastIndex(of: UInt8(ascii: "\n")) { return start + index + 1 }
            limit = start
        }
        return 0
    }

    /// Where the last `count` lines before `end` begin; `end` is behind a line
    /// feed.
    ///
    /// Cost: reads those lines once.
    borrowing func startOfLines(
        _ count: Int,
        before end: Int
    ) throws(AlertStoreError) -> Int {
        var remaining = count
        var limit = end
        // The line feed that ends the last line does not begin one.
        var isBehindLast = true
        while limit > 0, remaining > 0 {
            let start = max(0, limit - 64 << 10)
            let chunk = try bytes(start..<limit)
            for index in chunk.indices.reversed() where chunk[index] == UInt8(ascii: "\n") {
                if isBehindLast {
                    isBehindLast = false
                    continue
                }
                remaining -= 1
                if remaining == 0 { return start + index + 1 }
            }
            limit = start
        }
        return count > 0 ? 0 : end
    }

    /// Exactly these bytes of the file.
    ///
    /// - Throws: `.io` also when the file ends before.
    borrowing func bytes(_ range: Range<Int>) throws(AlertStoreError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        while result.count < range.count {
            var rest = [UInt8](repeating: 0, count: range.count - result.count)
            let count = try read(into: &rest, at: range.lowerBound + result.count)
            guard count > 0 else { throw AlertStoreError("read", path: path, cause: EIO) }
            result += rest[..<count]
        }
        return result
    }
}
