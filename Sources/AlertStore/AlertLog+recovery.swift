// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// Finding the end of the last whole line, and cutting off what follows it.
extension AlertLog {
    /// Cuts the current file behind its last whole line and sets ``offset``.
    ///
    /// What is cut off lies in a file of its own before it goes: it was never
    /// committed, so its events come again, but nothing is thrown away.
    ///
    /// Cost: reads the last line, and as much more as is torn.
    func recoverTail(at time: Timestamp) throws(AlertStoreError) {
        let size = try file.status().size
        let end = try endOfWholeLines(size: size)
        if end < size {
            let part = folder.tornPart(foundAt: time.seconds, offset: end)
            do throws(AlertStoreError) {
                try copy(end..<size, to: part)
            } catch {
                // Half a copy is worth nothing; the bytes are still in the log.
                try? Folder.unlink(part)
                throw error
            }
            try file.truncate(to: end)
            try file.sync()
            note(.tornTail(bytes: size - end, keptIn: part))
        }
        offset = end
    }

    /// Where the last line ends that is a whole JSON object.
    private func endOfWholeLines(size: Int) throws(AlertStoreError) -> Int {
        var end = try file.endOfLine(before: size)
        while end > 0 {
            let start = try file.endOfLine(before: end - 1)
            let length = end - 1 - start
            if length <= Self.longestLine {
                let line = try file.bytes(start..<end - 1)
                if AlertLine.isWholeObject(line.span) { break }
            }
            end = start
        }
        return end
    }

    private func copy(_ range: Range<Int>, to path: String) throws(AlertStoreError) {
        let part = try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let chunk = try file.bytes(offset..<min(range.upperBound, offset + 256 << 10))
            try part.write(chunk.span)
            offset += chunk.count
        }
        try part.sync()
    }

    /// A longer line is no alert: events are bounded far below.
    private static let longestLine = 16 << 20
}
