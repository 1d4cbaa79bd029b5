// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Follows `alerts.json` line by line, over rotation, in another process than the
/// one that writes it or in the same.
///
/// A line is given once it is whole. When the file is cut short, because a
/// batch failed on a full disk, lines that were seen of it come again later:
/// at least once, never torn.
///
/// One thread owns a tail; ``interrupter`` is for the others.
package final class AlertTail {
    /// Where to begin.
    package enum Start: Sendable {
        /// With alerts still to come.
        case end
        /// With the last so many lines of the current file.
        case lastLines(Int)
    }

    /// Ends a wait from another thread, or from a signal handler.
    package final class Interrupter: Sendable {
        fileprivate let readEnd: CInt
        private let writeEnd: CInt

        fileprivate init() throws(AlertStoreError) {
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else { throw AlertStoreError("open", path: "a pipe") }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        /// Ends the current call of ``AlertTail/next(timeoutMilliseconds:)``
        /// and all later ones.
        package func interrupt() {
            var byte: UInt8 = 1
            // A full pipe says it already.
            _ = write(writeEnd, &byte, 1)
        }

        fileprivate var isInterrupted: Bool {
            var entry = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
            return poll(&entry, 1, 0) > 0
        }
    }

    package let interrupter: Interrupter
    private let folder: AlertFolder
    private var watch: FolderWatch
    private var file: OpenFile?
    private var identity: FileStatus.Identity?
    private var position = 0
    private var framer = LineFramer(maximumLineBytes: 16 << 20)
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Begins to follow; the folder and the file need not exist yet.
    ///
    /// - Parameters:
    ///   - folder: As in ``AlertLog/Configuration/folder``.
    ///   - start: Where to begin in a file that exists now.
    /// - Throws: `.permission` when the file may not be read; `.io`.
    package init(folder: String, start: Start) throws(AlertStoreError) {
        self.folder = AlertFolder(path: folder, kind: .alerts)
        interrupter = try Interrupter()
        watch = FolderWatch(path: folder)
        guard try openCurrent(), let size = try file?.status().size else { return }
        position = try file?.endOfLine(before: size) ?? 0
        if case .lastLines(let count) = start {
            position = try file?.startOfLines(count, before: position) ?? 0
        }
    }

    /// Whether ``interrupter`` was used.
    package var isInterrupted: Bool { interrupter.isInterrupted }

    /// Lines passed over because they were longer than 16 MB.
    package var skippedLines: Int { framer.skippedLines }

    /// The next line without its line feed.
    ///
    /// - Parameter timeoutMilliseconds: How long to wait for one; 0 looks and
    ///   returns.
    /// - Returns: nil when the time is over or the tail was interrupted.
    /// - Throws: `.permission` and `.io`; the tail can be asked again.
    package func next(timeoutMilliseconds: Int) throws(AlertStoreError) -> [UInt8]? {
        let deadline = Self.milliseconds() + max(0, Int64(clamping: timeoutMilliseconds))
        while !isInterrupted {
            if let line = framer.next() { return line }
            if try readMore() { continue }
            let remaining = deadline - Self.milliseconds()
            guard remaining > 0 else { return nil }
            watch.wait(
                milliseconds: Int(remaining),
                orUntilReadable: interrupter.readEnd
            )
        }
        return nil
    }

    /// Reads on, in this file or the one that took its name.
    ///
    /// - Returns: Whether something came of it.
    private func readMore() throws(AlertStoreError) -> Bool {
        guard let size = try file?.status().size else { return try openCurrent() }
        if size < position {
            position = size
            framer.discardPartialLine()
        }
        let count = try file?.read(into: &buffer, at: position) ?? 0
        if count > 0 {
            position += count
            framer.append(buffer[..<count])
            return true
        }
        guard let named = try FileStatus.of(path: folder.current), named.identity != identity else {
            return false
        }
        // The last lines may have come after the read above and before the
        // rename; nothing comes to the old file any more.
        if try file?.status().size ?? 0 > position { return true }
        framer.discardPartialLine()
        return try openCurrent()
    }

    /// Opens the file that now has the name, at its start.
    private func openCurrent() throws(AlertStoreError) -> Bool {
        guard try FileStatus.of(path: folder.current) != nil else { return false }
        let opened = try OpenFile(path: folder.current, flags: O_RDONLY)
        identity = try opened.status().identity
        file = consume opened
        position = 0
        return true
    }

    private static func milliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
