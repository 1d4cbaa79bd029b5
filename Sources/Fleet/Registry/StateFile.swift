// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import FoundationEssentials
import Glibc

/// Small files with secrets or state: read whole, replaced whole, their owner's only.
///
/// Everything here blocks.
package enum StateFile {
    /// What tells one content of a file from another without reading it.
    package struct Stamp: Sendable, Equatable {
        private let inode: UInt64
        private let seconds: Int64
        private let nanoseconds: Int64
        private let size: Int64

        /// The stamp of the file now; nil when there is none.
        package init?(of path: String) {
            var status = jaga_file_status()
            guard jaga_file_status_at(path, &status) == 0 else { return nil }
            inode = status.inode
            seconds = status.modified_seconds
            nanoseconds = status.modified_nanoseconds
            size = status.size
        }
    }

    /// The whole file; nil when there is none.
    ///
    /// - Throws: ``FleetError`` `file`, also when it is larger than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(FleetError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw FleetError(.file, "\(path) is larger than \(limit) bytes")
            }
        }
    }

    /// Puts a file in the place of another, on the disk when it returns; mode 0600.
    ///
    /// - Returns: The stamp of what was written; nil when somebody took it away at once.
    /// - Throws: ``FleetError`` `file`.
    @discardableResult
    package static func replace(
        _ path: String,
        with bytes: [UInt8]
    ) throws(FleetError) -> Stamp? {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", path) }
        giveToOwner(of: path, descriptor)
        var isWritten = write(bytes, to: descriptor) && fsync(descriptor) == 0
        isWritten = close(descriptor) == 0 && isWritten
        let stamp = Stamp(of: temporary)
        guard isWritten, rename(temporary, path) == 0 else { throw failure("write", path) }
        syncFolder(of: path)
        return stamp
    }

    /// Removes a file; one that is not there is gone already.
    ///
    /// - Throws: ``FleetError`` `file`.
    package static func remove(_ path: String) throws(FleetError) {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw failure("remove", path)
    }

    /// Makes a folder that only its owner may enter; one that is there stays.
    ///
    /// - Throws: ``FleetError`` `file`.
    package static func makeFolder(_ path: String) throws(FleetError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw failure("make the folder", path)
    }

    /// Runs `body` while no other process does so with the same path.
    ///
    /// - Throws: ``FleetError`` `file`; what `body` throws.
    package static func locked<Result>(_ path: String, _ body: () throws -> Result) throws -> Result
    {
        let descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("lock", path) }
        defer { close(descriptor) }
        giveToOwner(of: path, descriptor)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("lock", path) }
        }
        return try body()
    }

    /// Gives a new file to whoever has the folder: root may work on the folder of a
    /// manager that is another user's.
    ///
    /// Only root can, and where it cannot, the file stays root's.
    private static func giveToOwner(of path: String, _ descriptor: Int32) {
        guard geteuid() == 0, let slash = path.lastIndex(of: "/"),
            // A folder that tells no owner keeps root's file.
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: String(path[..<slash])
            ),
            let owner = attributes[.ownerAccountID] as? UInt,
            let group = attributes[.groupOwnerAccountID] as? UInt
        else { return }
        _ = fchown(descriptor, uid_t(truncatingIfNeeded: owner), gid_t(truncatingIfNeeded: group))
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// The name is on the disk soon anyway: a folder that cannot be synced is no failure.
    private static func syncFolder(of path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let descriptor = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ act: String, _ path: String) -> FleetError {
        FleetError(.file, "cannot \(act) \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}
