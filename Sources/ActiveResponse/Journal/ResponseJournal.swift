// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostFiles
import Synchronization

/// What was begun, done and undone, on the disk before it happens.
///
/// Appending blocks until the line is on the disk. A line that was cut off by a
/// crash costs itself alone; the next is written behind a line end.
package final class ResponseJournal: Sendable {
    private struct State {
        var descriptor: Int32
        var size: Int
        var history: JournalHistory
    }

    /// Acts that have ended and are still listed.
    private static let kept = 1_000
    /// Bytes from which on the file is written anew.
    private static let compactionSize = 8 << 20
    /// The longest file that is read.
    private static let sizeLimit = 256 << 20

    private let path: String
    private let state: Mutex<State>

    /// Opens the journal, and writes it anew without what is old.
    ///
    /// - Throws: ``ResponseError`` `journal`.
    package init(path: String) throws {
        self.path = path
        let history = try Self.read(path)
        let (descriptor, size) = try Self.rewrite(path, history)
        state = Mutex(State(descriptor: descriptor, size: size, history: history))
    }

    deinit {
        close(state.withLock { $0.descriptor })
    }

    /// What it tells by now.
    package var history: JournalHistory { state.withLock { $0.history } }

    /// Adds a line and syncs it; it blocks.
    ///
    /// - Throws: ``ResponseError`` `journal`; the act must then not be done.
    package func append(_ entry: JournalEntry) throws {
        let bytes = try JournalLine.bytes(entry)
        try state.withLock { state in
            try Self.write(bytes, to: state.descriptor, path)
            state.history.take(entry)
            state.size += bytes.count
            guard state.size > Self.compactionSize else { return }
            // The line is safe by now; a file that stays long is no reason to fail.
            guard let (descriptor, size) = try? Self.rewrite(path, state.history) else { return }
            close(state.descriptor)
            state.descriptor = descriptor
            // Not at once again when most of it stands.
            state.size = min(size, Self.compactionSize / 2)
        }
    }

    /// What a journal tells, without opening it for writing; nothing when there is
    /// none.
    ///
    /// - Throws: ``ResponseError`` `journal`.
    package static func read(_ path: String) throws -> JournalHistory {
        do {
            return JournalLine.history(try WholeFile.read(path, limit: sizeLimit))
        } catch {
            if error.isMissing { return JournalHistory() }
            throw ResponseError(.journal, "\(error.message): move this journal away")
        }
    }

    private static func rewrite(_ path: String, _ history: JournalHistory) throws -> (Int32, Int) {
        var bytes: [UInt8] = []
        for entry in history.compacted(keeping: kept) { bytes += try JournalLine.bytes(entry) }
        do {
            try WholeFile.replace(path, with: bytes, WholeFile.Manner(mode: 0o640))
        } catch {
            throw ResponseError(.journal, error.message)
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("cannot write", path) }
        return (descriptor, bytes.count)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        do {
            try WholeFile.write(bytes, to: descriptor, path)
        } catch {
            // If half a line stands there, it ends here, and costs itself alone.
            _ = Glibc.write(descriptor, "\n", 1)
            throw ResponseError(.journal, error.message)
        }
        guard fdatasync(descriptor) == 0 else { throw failure("cannot sync", path) }
    }

    private static func failure(_ what: String, _ path: String) -> ResponseError {
        ResponseError(
            .journal,
            "\(what) the journal of responses \(path): \(String(cString: strerror(errno)))"
                .lowercasedReason(path)
        )
    }
}

extension String {
    /// The system's words in lower case, the path as it is.
    fileprivate func lowercasedReason(_ path: String) -> String {
        guard let range = firstRange(of: path + ": ") else { return self }
        return self[..<range.upperBound] + self[range.upperBound...].lowercased()
    }
}
