// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// A regular file that is open, with how far it was read and framed.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class OpenFile {
    /// Why a file cannot be opened.
    struct Failure: Error {
        let number: Int32
        var isMissing: Bool { number == ENOENT || number == ENOTDIR }
        var reason: String {
            number == ENOTSUP ? "not a regular file" : SystemCall.reason(number)
        }
    }

    /// What one reading brought.
    enum Progress: Equatable {
        case bytes, end
        /// The file was written anew since: nothing of it was taken.
        case rewritten
        case failed(reason: String)
    }

    let descriptor: Int32
    let identity: FileIdentity
    private(set) var head = FileHead.empty
    private(set) var framer: EventFramer
    private var buffer: LineBuffer

    private static let chunkLimit = 256 << 10

    /// Opens the file at `path`.
    ///
    /// `offset` decides from its status where reading begins.
    init(
        _ path: FilePath,
        format: LineFormat,
        offset: (OpenFile.Look) -> Int64
    ) throws(Failure) {
        // Not blocking, lest a FIFO of that name stop all reading.
        descriptor = path.withCString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) }
        guard descriptor >= 0 else { throw Failure(number: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(number: ENOTSUP)
        }
        identity = FileIdentity(status)
        let size = Int64(status.st_size)
        let begin = min(
            max(0, offset(Look(identity: identity, size: size, descriptor: descriptor))),
            size
        )
        buffer = LineBuffer(offset: begin)
        framer = EventFramer(format: format, offset: begin)
        head = Self.head(of: descriptor, length: min(Int(clamping: begin), FileHead.limit))
    }

    deinit {
        close(descriptor)
    }

    /// What is known of a file before its reading begins.
    struct Look {
        let identity: FileIdentity
        let size: Int64
        fileprivate let descriptor: Int32

        /// Whether the file is the one that `position` speaks of, and was not
        /// written anew since.
        ///
        /// The device is not compared: its number changes with each mount on
        /// some file systems, and inode and first bytes say enough.
        func isContinued(from position: FilePosition) -> Bool {
            identity.inode == position.identity.inode && size >= position.offset
                && OpenFile.head(of: descriptor, length: position.head.length) == position.head
        }
    }

    /// How far reading has come, to be remembered once it is acknowledged.
    var position: FilePosition {
        FilePosition(identity: identity, head: head, offset: framer.safeOffset)
    }

    /// Bytes that are there and were not read yet; negative when the file was
    /// truncated, nil when the system does not say.
    var unreadBytes: Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return Int64(status.st_size) - buffer.endOffset
    }

    /// Whether no name leads to the file any more.
    var isDeleted: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    /// Whether the first bytes are others than those that were read.
    var isRewritten: Bool {
        head.length > 0 && Self.head(of: descriptor, length: head.length) != head
    }

    /// Reads a chunk and adds the events it completes.
    func read(
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) -> Progress {
        let waiting = Int(clamping: unreadBytes ?? 0)
        let wanted = min(max(waiting, 4096), Self.chunkLimit)
        let offset = buffer.endOffset
        let count = buffer.fill(upTo: wanted) {
            pread(descriptor, $0.baseAddress, $0.count, off_t(offset))
        }
        if count < 0 { return errno == EINTR ? .bytes : .failed(reason: SystemCall.reason()) }
        if count == 0 {
            buffer.releaseMemory()
            return .end
        }
        // Looked at after the reading: what was read before the file was seen
        // to begin as it did is of the file that was followed.
        if isRewritten {
            buffer.unfill(count)
            return .rewritten
        }
        extendHead(by: count)
        while let line = buffer.nextLine() {
            framer.take(line, of: buffer.bytes.span, from: source, at: time, into: &batch)
        }
        return .bytes
    }

    /// Makes events of lines that wait for others to be joined: what is written
    /// next belongs to something new.
    ///
    /// Half a line goes on waiting.
    func settle(from source: EventSource, at time: Timestamp, into batch: inout EventBatch) {
        framer.finish(endOffset: buffer.offset, from: source, at: time, into: &batch)
    }

    /// Nothing more will be written: what waits for its end becomes events.
    func finish(from source: EventSource, at time: Timestamp, into batch: inout EventBatch) {
        if let line = buffer.takeRemainder() {
            framer.take(line, of: buffer.bytes.span, from: source, at: time, into: &batch)
        }
        framer.finish(endOffset: buffer.endOffset, from: source, at: time, into: &batch)
    }

    /// Goes on with the fingerprint over the last `count` bytes taken in, not
    /// over what the file holds by now.
    private func extendHead(by count: Int) {
        let begin = buffer.endOffset - Int64(count)
        guard begin == head.length, head.length < FileHead.limit else { return }
        let added = buffer.bytes.suffix(count).prefix(FileHead.limit - head.length)
        var fingerprint = Fingerprint(value: head.hash)
        fingerprint.add(added)
        head = FileHead(length: head.length + added.count, hash: fingerprint.value)
    }

    private static func head(of descriptor: Int32, length: Int) -> FileHead {
        var bytes = [UInt8](repeating: 0, count: length)
        let count = max(0, pread(descriptor, &bytes, length, 0))
        var fingerprint = Fingerprint()
        fingerprint.add(bytes.prefix(count))
        return FileHead(length: count, hash: fingerprint.value)
    }
}

extension FileIdentity {
    init(_ status: stat) {
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The file that a path leads to now; nil when there is none.
    init?(at path: FilePath) {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }
}
