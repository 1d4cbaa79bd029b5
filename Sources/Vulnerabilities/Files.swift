// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostFiles

/// Files and folders, as much as this target uses of them.
///
/// All calls block.
enum Files {
    /// A whole file, up to `limit` bytes.
    ///
    /// - Throws: ``VulnerabilityError`` `file`, with the system's reason.
    static func contents(of path: String, limit: Int) throws(VulnerabilityError) -> [UInt8] {
        let file = try ReadableFile(path)
        guard file.size <= limit else {
            throw VulnerabilityError(
                .file,
                "\(path) has \(file.size) bytes, more than the \(limit) that are read"
            )
        }
        return try file.bytes(at: 0, count: file.size)
    }

    /// What a file outlives.
    enum Durability {
        /// A loss of power may empty it: for what can be made again.
        case process
        /// A loss of power: waits for the disk.
        case power
    }

    /// Replaces a file: a reader sees the old or the new one whole.
    ///
    /// - Throws: ``VulnerabilityError`` `file`
    static func replace(
        _ path: String,
        with bytes: [UInt8],
        outliving durability: Durability
    ) throws(VulnerabilityError) {
        let manner = WholeFile.Manner(mode: 0o640, isSynced: durability == .power)
        do {
            try WholeFile.replace(path, with: bytes, manner)
        } catch {
            throw VulnerabilityError(error)
        }
    }

    /// Makes a folder and those above it.
    ///
    /// - Throws: ``VulnerabilityError`` `file`
    static func makeFolder(_ path: String) throws(VulnerabilityError) {
        do { try Folder.make(path, mode: 0o750) } catch { throw VulnerabilityError(error) }
    }

    /// Names in a folder, in byte order; none when it cannot be read.
    static func names(in folder: String) -> [String] {
        Folder.names(in: folder) ?? []
    }

    /// Seconds since the epoch at which a file was last written; nil without it.
    static func modified(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    /// The same in nanoseconds: two writings within a second are told apart.
    static func modifiedNanoseconds(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    static func isFolder(_ path: String) -> Bool {
        Folder.exists(path)
    }

    static func remove(_ path: String) {
        unlink(path)
    }

    static func failure(_ task: String, _ path: String) -> VulnerabilityError {
        let reason = String(cString: strerror(errno)).lowercased()
        return VulnerabilityError(.file, "cannot \(task) \(path): \(reason)")
    }
}

/// A file that is read in pieces, from anywhere in it.
final class ReadableFile: Sendable {
    let path: String
    /// Bytes it had when it was opened.
    let size: Int
    private let descriptor: Int32

    /// - Throws: ``VulnerabilityError`` `file`
    init(_ path: String) throws(VulnerabilityError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else {
            size = 0
            throw Files.failure("read", path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            size = 0
            throw VulnerabilityError(.file, "cannot read \(path): it is not a file")
        }
        size = Int(status.st_size)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Bytes at an offset; fewer only at the file's end.
    ///
    /// - Throws: ``VulnerabilityError`` `file`
    func bytes(at offset: Int, count: Int) throws(VulnerabilityError) -> [UInt8] {
        let wanted = max(0, min(count, size - offset))
        guard wanted > 0, offset >= 0 else { return [] }
        var isFailed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, done in
            while done < wanted {
                let start = buffer.baseAddress?.advanced(by: done)
                let count = pread(descriptor, start, wanted - done, off_t(offset + done))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    isFailed = true
                    return
                }
                if count == 0 { return }
                done += count
            }
        }
        if isFailed { throw Files.failure("read", path) }
        return bytes
    }
}

/// A file that is written from its start on, in pieces.
final class WritableFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// - Throws: ``VulnerabilityError`` `file`
    init(_ path: String) throws(VulnerabilityError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Files.failure("write", path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// - Throws: ``VulnerabilityError`` `file`
    func append(_ bytes: [UInt8]) throws(VulnerabilityError) {
        do {
            try WholeFile.write(bytes, to: descriptor, path)
        } catch {
            throw VulnerabilityError(error)
        }
    }

    /// Waits until the disk has all of it.
    ///
    /// - Throws: ``VulnerabilityError`` `file`
    func sync() throws(VulnerabilityError) {
        guard fsync(descriptor) == 0 else { throw Files.failure("write", path) }
    }
}

extension VulnerabilityError {
    fileprivate init(_ error: HostFileError) {
        self.init(.file, error.message)
    }
}
