// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// An open file descriptor, closed when the value ends.
struct OpenFile: ~Copyable {
    let descriptor: CInt
    /// Where it lies; for messages.
    ///
    /// Whoever renames the file says so here.
    var path: String

    /// Opens a file, or makes it with mode 0640 whatever the umask says.
    ///
    /// A symbolic link at the end of the path is not followed.
    init(path: String, flags: CInt) throws(AlertStoreError) {
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o640)
        self.path = path
        guard descriptor >= 0 else { throw AlertStoreError("open", path: path) }
        if flags & O_CREAT != 0, fchmod(descriptor, 0o640) != 0 {
            throw AlertStoreError("set the mode of", path: path)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// What the kernel says of the file now.
    borrowing func status() throws(AlertStoreError) -> FileStatus {
        var raw = jaga_file_status()
        guard jaga_file_status_of(descriptor, &raw) == 0 else {
            throw AlertStoreError("inspect", path: path)
        }
        return FileStatus(raw)
    }

    /// Writes all bytes, in one call unless the kernel takes fewer.
    borrowing func write(_ bytes: Span<UInt8>) throws(AlertStoreError) {
        var done = 0
        while done < bytes.count {
            let rest = bytes.extracting(done..<bytes.count)
            let count = rest.withUnsafeBufferPointer {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw AlertStoreError("write to", path: path) }
            done += count
        }
    }

    /// Reads up to `buffer.count` bytes at an offset.
    ///
    /// - Returns: How many were read; 0 at the end of the file.
    borrowing func read(
        into buffer: inout [UInt8],
        at offset: Int
    ) throws(AlertStoreError) -> Int {
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw AlertStoreError("read", path: path) }
            return count
        }
    }

    /// Cuts the file to `length` bytes.
    borrowing func truncate(to length: Int) throws(AlertStoreError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else {
            throw AlertStoreError("cut", path: path)
        }
    }

    /// Waits until the file's bytes and length are on the disk.
    borrowing func sync() throws(AlertStoreError) {
        guard fdatasync(descriptor) == 0 else { throw AlertStoreError("sync", path: path) }
    }
}

/// What matters here of a file's `stat`.
struct FileStatus: Equatable {
    /// A file's identity while it exists: names may change, this does not.
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    let identity: Identity
    /// In bytes.
    let size: Int
    /// How many names the file has; 0 once it was removed.
    let links: Int
    /// Seconds since the epoch of the last write.
    let modifiedSeconds: Int64
    let isRegularFile: Bool

    init(_ raw: jaga_file_status) {
        identity = Identity(device: raw.device, inode: raw.inode)
        size = Int(raw.size)
        links = Int(raw.links)
        modifiedSeconds = raw.modified_seconds
        isRegularFile = raw.is_regular_file
    }

    /// The status of whatever has this name, not following a symbolic link.
    ///
    /// - Returns: nil when nothing has this name.
    static func of(path: String) throws(AlertStoreError) -> FileStatus? {
        var raw = jaga_file_status()
        if jaga_link_status_at(path, &raw) == 0 { return FileStatus(raw) }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw AlertStoreError("inspect", path: path)
        }
        return nil
    }
}
