// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import HostFiles

/// Small uses of the system that setting up needs: whole files, folders,
/// names.
enum FileSystem {
    /// A whole file, up to `limit` bytes.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`, with the system's reason.
    static func contents(of path: String, limit: Int) throws -> [UInt8] {
        do {
            return try WholeFile.read(path, limit: limit)
        } catch {
            throw DaemonError(.unreadableFile, error.message)
        }
    }

    /// Replaces a file; a reader sees the old or the new one whole, also after a
    /// loss of power.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws {
        do {
            try WholeFile.replace(path, with: bytes, WholeFile.Manner(mode: mode))
        } catch {
            throw DaemonError(.dataFolder, error.message)
        }
    }

    /// Names in a folder, in byte order, without `.` and `..`; nil when it is
    /// not a folder that can be read.
    static func names(in folder: String) -> [String]? {
        Folder.names(in: folder)
    }

    /// Makes a folder and those above it; one that is there is left as it is.
    ///
    /// - Throws: ``DaemonError`` `data-folder`, with the system's reason.
    static func makeFolder(_ path: String, mode: mode_t) throws {
        do {
            try Folder.make(path, mode: mode)
        } catch {
            throw DaemonError(.dataFolder, error.message + "; choose another with --data")
        }
    }

    /// Removes a file; one that is not there is gone already.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    static func remove(_ path: String) throws {
        do { try WholeFile.remove(path) } catch { throw DaemonError(.dataFolder, error.message) }
    }

    static func isFolder(_ path: String) -> Bool {
        Folder.exists(path)
    }

    static func isFile(_ path: String) -> Bool {
        var status = jaga_file_status()
        return jaga_file_status_at(path, &status) == 0 && status.is_regular_file
    }

    /// The path of the running binary, all links resolved; nil when /proc is
    /// not there.
    static func executablePath() -> String? {
        guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What the system says about the last failure.
    static func reason() -> String {
        String(cString: strerror(errno)).lowercased()
    }
}
