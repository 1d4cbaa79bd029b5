// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// A regular file that is open, with how far it was read and framed.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class OpenFile {
    /// What one reading brought.
    enum Progress: Equatable {
        case bytes, end
        /// The file was written anew since: nothing of it was taken.
        case rewritten
        case failed(reason: String)
    }

    let descriptor: Int32
    let identity: FileIdentity
    /// Where it was found, links followed.
    let path: FilePath
    private(set) var head = FileHead.empty
    private(set) var framer: EventFramer
    private var buffer: LineBuffer
    /// The last bytes that were read, to tell whether they still stand there.
    private var mark = ReadMark()

    private static let chunkLimit = 256 << 10

    /// Opens the file at `path`.
    ///
    /// `offset` decides from its status where reading begins, and throws to leave it
    /// alone. One that was `opened` before is taken over, and closed whatever happens.
    init(
        _ path: FilePath,
        opened: Int32? = nil,
        format: LineFormat,
        options: FramingOptions,
        offset: (Look) throws(OpenFailure) -> Int64
    ) throws(OpenFailure) {
        // Not blocking, lest a FIFO of that name stop all reading.
        descriptor =
            opened ?? path.withCString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) }
        guard descriptor >= 0 else { throw .system(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegular
        }
        let stamp = FileStamp(status)
        let begin: Int64
        do throws(OpenFailure) {
            begin = try offset(Look(stamp: stamp, descriptor: descriptor))
        } catch {
            close(descriptor)
            throw error
        }
        let start = min(max(0, begin), stamp.size)
        identity = stamp.identity
        self.path = path.resolved ?? path
        buffer = LineBuffer(offset: start, limit: options.lineLimit)
        framer = EventFramer(format: format, options: options, offset: start)
        head = Self.head(of: descriptor, length: min(Int(clamping: start), FileHead.limit))
        mark = ReadMark(of: descriptor, before: start)
    }

    deinit {
        close(descriptor)
    }

    /// What is known of a file before its reading begins.
    struct Look {
        let stamp: FileStamp
        fileprivate let descriptor: Int32

        /// Whether the file is the one that `position` speaks of, and was not
        /// written anew since.
        ///
        /// The device is not compared: its number changes with each mount on
        /// some file systems, and inode and first bytes say enough.
        func isContinued(from position: FilePosition) -> Bool {
            stamp.identity.inode == position.identity.inode && holdsWhatWasRead(position)
        }

        /// Whether the file begins as the one did of which `position` speaks,
        /// and is not shorter: that one, or a copy of it.
        func holdsWhatWasRead(_ position: FilePosition) -> Bool {
            stamp.size >= position.offset
                && OpenFile.head(of: descriptor, length: position.head.length) == position.head
        }

        /// Whether it begins with text.
        var isText: Bool { TextProbe.isText(descriptor) }
    }

    /// How far reading has come, to be remembered once it is acknowledged.
    var position: FilePosition {
        FilePosition(identity: identity, head: head, offset: framer.safeOffset)
    }

    /// Offset behind the last byte that was read.
    var endOffset: Int64 { buffer.endOffset }

    /// As the system sees it now; nil when it does not say.
    var stamp: FileStamp? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileStamp(status) : nil
    }

    /// Bytes that are there and were not read yet; negative when the file was
    /// truncated, nil when the system does not say.
    var unreadBytes: Int64? { stamp.map { $0.size - buffer.endOffset } }

    /// Bytes held in memory for a line that has not ended.
    var bufferedBytes: Int { buffer.bytes.count }

    /// Whether no name leads to the file any more.
    var isDeleted: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    /// Whether what was read is there no longer, but something else.
    ///
    /// It is told by the first bytes and by those read last: a file written
    /// anew with the same bytes in both places, and no shorter, is not known
    /// from one that was appended to.
    var isRewritten: Bool {
        head.length > 0 && Self.head(of: descriptor, length: head.length) != head
            || mark != ReadMark(of: descriptor, before: buffer.endOffset)
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
            framer.releaseMemory()
            return .end
        }
        // Looked at after the reading: what was read before the file was seen
        // to hold what it did is of the file that was followed.
        if isRewritten(before: offset) {
            buffer.unfill(count)
            return .rewritten
        }
        extendHead(by: count)
        mark.add(buffer.bytes.suffix(count))
        framer.takeLines(of: &buffer, from: source, at: time, into: &batch)
        return .bytes
    }

    /// Makes events of lines that wait for others to be joined: what is written
    /// next belongs to something new.
    ///
    /// Half a line goes on waiting.
    func settle(from source: EventSource, at time: Timestamp, into batch: inout EventBatch) {
        framer.finish(endOffset: buffer.offset, from: source, at: time, into: &batch)
    }

    /// What was gathered has waited long enough.
    func flush(from source: EventSource, at time: Timestamp, into batch: inout EventBatch) {
        framer.flush(endOffset: buffer.offset, from: source, at: time, into: &batch)
    }

    /// Nothing more will be written: what waits for its end becomes events.
    func finish(from source: EventSource, at time: Timestamp, into batch: inout EventBatch) {
        if let line = buffer.takeRemainder() {
            framer.take(line, of: buffer.bytes.span, from: source, at: time, into: &batch)
        }
        framer.finish(endOffset: buffer.endOffset, from: source, at: time, into: &batch)
    }

    private func isRewritten(before offset: Int64) -> Bool {
        head.length > 0 && Self.head(of: descriptor, length: head.length) != head
            || mark != ReadMark(of: descriptor, before: offset)
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

    fileprivate static func head(of descriptor: Int32, length: Int) -> FileHead {
        withUnsafeTemporaryAllocation(byteCount: FileHead.limit, alignment: 1) { buffer in
            let wanted = min(length, FileHead.limit)
            let count = max(0, pread(descriptor, buffer.baseAddress, wanted, 0))
            var fingerprint = Fingerprint()
            fingerprint.add(buffer.prefix(count))
            return FileHead(length: count, hash: fingerprint.value)
        }
    }
}

/// Why a file is not read.
enum OpenFailure: Error {
    case system(Int32)
    case notRegular
    case binary

    var isMissing: Bool {
        if case .system(let number) = self { number == ENOENT || number == ENOTDIR } else { false }
    }

    var reason: String {
        switch self {
        case .system(let number): SystemCall.reason(number)
        case .notRegular: "not a regular file"
        case .binary: "begins with what is no text, and ignore_binaries says yes"
        }
    }
}
