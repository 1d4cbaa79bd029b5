// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// Files that only their owner may read.
enum PrivateFile {
    /// Puts a file in the place of another, on the disk when it returns.
    ///
    /// - Throws: ``WebServerError`` `accounts`.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        giveToOwner(of: path, descriptor)
        var isWritten = write(bytes, to: descriptor) && fsync(descriptor) == 0
        isWritten = close(descriptor) == 0 && isWritten
        guard isWritten, rename(temporary, path) == 0 else { throw failure(path) }
        syncFolder(of: path)
    }

    /// Gives a new file to whoever has the folder: root may work on the folder
    /// of a server that is another user's.
    ///
    /// Only root can, and where it cannot, the file stays root's.
    static func giveToOwner(of path: String, _ descriptor: Int32) {
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

    /// The name is on the disk soon anyway: a folder that cannot be synced is
    /// no failure.
    private static func syncFolder(of path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let descriptor = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> WebServerError {
        let reason = String(cString: strerror(errno)).lowercased()
        return WebServerError(.accounts, "cannot write \(path): \(reason)")
    }
}
