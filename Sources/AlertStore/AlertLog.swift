// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc

/// The log of alerts, which is the truth about them: `alerts.json`, appended to
/// and rotated.
///
/// ``AlertFolder`` tells what lies where.
///
/// An alert is committed when ``append(_:)`` has returned: it is in the file as
/// a whole line and, unless the settings say otherwise, on the disk. A process
/// killed at any moment leaves whole lines and at most one torn line at the
/// end; the next process cuts that off before it writes.
///
/// One thread owns a log. Calls block: not for the cooperative pool.
package final class AlertLog {
    /// Where and how alerts are kept.
    package struct Configuration: Sendable {
        /// The folder of alerts; made when it is missing.
        package var folder: String
        /// What the log is of.
        package var kind = RecordKind.alerts
        /// A file at least this long is followed by a new one.
        package var maximumFileBytes = 256 << 20
        /// Whether a batch is on the disk before it counts as committed.
        ///
        /// Without it, alerts survive `kill -9` but not the loss of power.
        package var syncsEachBatch = true

        package init(folder: String) {
            self.folder = folder
        }
    }

    /// Something the log mended by itself, that an operator should read.
    package enum Notice: Sendable, Equatable, CustomStringConvertible {
        /// A line that was never committed was cut off the end, and kept
        /// beside the log.
        case tornTail(bytes: Int, keptIn: String)
        /// The file was removed or replaced by someone; a new one was begun.
        case replaced(path: String)
        /// The file was made shorter by someone.
        case shortened(path: String, from: Int, to: Int)

        package var description: String {
            switch self {
            case .tornTail(let bytes, let path):
                "cut an incomplete alert of \(bytes) bytes off the log, kept in \(path)"
            case .replaced(let path):
                "\(path) was removed or replaced by another process, began a new file"
            case .shortened(let path, let from, let to):
                "\(path) was cut from \(from) to \(to) bytes by another process"
            }
        }
    }

    package let configuration: Configuration
    let folder: AlertFolder
    /// Locked as long as it is open.
    private let lock: OpenFile
    var file: OpenFile
    var identity: FileStatus.Identity
    /// The day and part that the current file was begun as.
    package internal(set) var dated: DatedFile
    /// Bytes in the current file; where the next alert will begin, as alert
    /// ids (`SECONDS.OFFSET`) want it.
    package internal(set) var offset = 0
    /// Bytes of a failed batch may lie behind ``offset``.
    private var hasUncommittedTail = false
    private var notices: [Notice] = []

    /// Opens the log, or begins it.
    ///
    /// - Throws: `.locked` when another process writes here; `.permission`,
    ///   `.unsupported`; `.diskFull` and `.io`, which may pass.
    package init(_ configuration: Configuration, at time: Timestamp) throws(AlertStoreError) {
        let folder = AlertFolder(path: configuration.folder, kind: configuration.kind)
        try Folder.make(folder.path)
        self.configuration = configuration
        self.folder = folder
        lock = try Self.lock(folder)
        let opened = try Self.openCurrent(in: folder, at: time)
        identity = try opened.file.status().identity
        dated = opened.dated
        file = opened.file
        try recoverTail(at: time)
        try rotateIfNeeded(at: time)
    }

    deinit {
        // A child that is just being started shares the file for a moment: with
        // this, it does not share the claim.
        flock(lock.descriptor, LOCK_UN)
    }

    /// Commits a batch: all of it, or on an error nothing.
    ///
    /// - Throws: `.diskFull` and `.io`, after which the same batch can be given
    ///   again; a follower of the file may then see its first lines twice.
    package func append(_ batch: borrowing AlertBatch) throws(AlertStoreError) {
        try append(lines: batch.bytes)
    }

    /// Commits whole lines: as ``append(_:)``.
    package func append(lines: [UInt8]) throws(AlertStoreError) {
        guard !lines.isEmpty else { return }
        precondition(lines.last == UInt8(ascii: "\n"), "a batch is whole lines")
        try removeUncommittedTail()
        hasUncommittedTail = true
        do throws(AlertStoreError) {
            try file.write(lines.span)
            if configuration.syncsEachBatch { try file.sync() }
        } catch {
            // What the failed cut leaves, the next call removes first.
            try? removeUncommittedTail()
            throw error
        }
        offset += lines.count
        hasUncommittedTail = false
    }

    /// Waits until what was appended is on the disk.
    package func sync() throws(AlertStoreError) {
        if !configuration.syncsEachBatch { try file.sync() }
    }

    /// Begins a new file when the day of `time` is another one than the
    /// file's, when it is long enough, or when someone took it away.
    ///
    /// To be called between batches, before offsets are used for ids.
    ///
    /// - Returns: Whether there is a new file.
    @discardableResult
    package func rotateIfNeeded(at time: Timestamp) throws(AlertStoreError) -> Bool {
        try checkForeignChange(at: time)
        guard !dated.isOf(time.local) || offset >= configuration.maximumFileBytes else {
            return false
        }
        try beginNewFile(at: time)
        return true
    }

    /// What was mended since the last call, oldest first.
    package func takeNotices() -> [Notice] {
        defer { notices.removeAll() }
        return notices
    }

    func note(_ notice: Notice) { notices.append(notice) }

    /// Cuts off what a failed batch left.
    func removeUncommittedTail() throws(AlertStoreError) {
        guard hasUncommittedTail else { return }
        if try file.status().size > offset { try file.truncate(to: offset) }
        hasUncommittedTail = false
    }

    private static func lock(_ folder: AlertFolder) throws(AlertStoreError) -> OpenFile {
        let file = try OpenFile(path: folder.lock, flags: O_RDWR | O_CREAT)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw AlertStoreError(
                code: .locked,
                message: "another process writes alerts to \(folder.path): "
                    + "stop it, or use another data folder",
                cause: errno
            )
        }
        return file
    }
}
