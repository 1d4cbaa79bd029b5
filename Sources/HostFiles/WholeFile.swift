// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Small files that are read whole and replaced whole.
///
/// Everything here blocks.
package enum WholeFile {
    /// The bytes of a file, at most `limit` of them.
    ///
    /// - Throws: ``HostFileError``, also when it is larger.
    package static func read(_ path: String, limit: Int) throws(HostFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostFileError("read", path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw HostFileError("read", path) }
            if count == 0 { return content }
            content += buffer[..<count]
            guard content.count <= limit else { throw HostFileError(path, largerThan: limit) }
        }
    }

    /// What a new file is like.
    package struct Manner: Sendable {
        /// Permissions, as chmod(2) takes them.
        package var mode: UInt32
        /// Whether it outlives a loss of power, which waits for the disk; without it only a crash of
        /// the process: for what can be made again.
        package var isSynced = true
        /// Whether root gives it to whoever has the folder: the command line may work as root on
        /// the folder of a daemon that is another user's.
        package var belongsToFolder = false

        package init(mode: UInt32, isSynced: Bool = true, belongsToFolder: Bool = false) {
            self.mode = mode
            self.isSynced = isSynced
            self.belongsToFolder = belongsToFolder
        }

        /// Synced, its owner's alone, and the owner is the folder's.
        package static let secret = Manner(mode: 0o600, belongsToFolder: true)
    }

    /// Puts a file in the place of another: a reader sees the old or the new one whole, also
    /// after a crash.
    ///
    /// It is written beside it as `PATH.PID.new`, then renamed: two processes that replace one file
    /// each put a whole one there. Two threads of one need a lock of their own.
    ///
    /// - Throws: ``HostFileError``; the old file stays, and nothing is left beside it.
    package static func replace(
        _ path: String,
        with bytes: [UInt8],
        _ manner: Manner
    ) throws(HostFileError) {
        let temporary = "\(path).\(getpid()).new"
        // What a crash left must not lend its mode, nor a link its target.
        unlink(temporary)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(temporary, flags, manner.mode)
        guard descriptor >= 0 else { throw HostFileError("write", temporary) }
        if manner.belongsToFolder { giveToOwner(of: Folder.path(of: path), descriptor) }
        do throws(HostFileError) {
            try write(bytes, to: descriptor, temporary)
            guard !manner.isSynced || fsync(descriptor) == 0 else {
                throw HostFileError("write", temporary)
            }
            guard rename(temporary, path) == 0 else { throw HostFileError("write", path) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        if manner.isSynced { Folder.sync(Folder.path(of: path)) }
    }

    /// Writes all of it where the descriptor stands.
    ///
    /// - Throws: ``HostFileError`` about `path`; a part may be written.
    package static func write(
        _ bytes: [UInt8],
        to descriptor: CInt,
        _ path: String
    ) throws(HostFileError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    bytes.count - done
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw HostFileError("write", path) }
            done += count
        }
    }

    /// Removes a file; one that is not there is gone already.
    ///
    /// - Throws: ``HostFileError``.
    package static func remove(_ path: String) throws(HostFileError) {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw HostFileError("remove", path)
    }

    /// Gives an open file to whoever has a folder.
    ///
    /// Only root can, and where it cannot, the file stays root's.
    package static func giveToOwner(of folder: String, _ descriptor: CInt) {
        var status = jaga_file_status()
        guard geteuid() == 0, jaga_file_status_at(folder, &status) == 0 else { return }
        _ = fchown(descriptor, status.owner, status.group)
    }

    /// Runs `body` while no other process does so with the same path; `PATH.lock` is the lock.
    ///
    /// - Throws: ``HostFileError``; what `body` throws.
    package static func locked<Result>(_ path: String, _ body: () throws -> Result) throws -> Result
    {
        let descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HostFileError("lock", path) }
        defer { close(descriptor) }
        giveToOwner(of: Folder.path(of: path), descriptor)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw HostFileError("lock", path) }
        }
        return try body()
    }
}
