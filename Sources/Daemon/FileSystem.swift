// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Small uses of the system that setting up needs: whole files, folders,
/// names.
enum FileSystem {
    /// A whole file, up to `limit` bytes.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`, with the system's reason.
    static func contents(of path: String, limit: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DaemonError(.unreadableFile, "cannot read \(path): \(reason())")
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw DaemonError(.unreadableFile, "cannot read \(path): \(reason())")
            }
            if count == 0 { return content }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw DaemonError(
                    .unreadableFile,
                    "\(path) is larger than \(limit) bytes: give a smaller file"
                )
            }
        }
    }

    /// Replaces a file; a reader sees the old or the new one whole, also after a
    /// loss of power.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw DaemonError(.dataFolder, "cannot write \(temporary): \(reason())")
        }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw DaemonError(.dataFolder, "cannot write \(temporary): \(reason())")
            }
            done += count
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw DaemonError(.dataFolder, "cannot write \(path): \(reason())")
        }
    }

    /// Names in a folder, in byte order, without `.` and `..`; nil when it is
    /// not a folder that can be read.
    static func names(in folder: String) -> [String]? {
        guard let handle = opendir(folder) else { return nil }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// Makes a folder and those above it; one that is there is left as it is.
    ///
    /// - Throws: ``DaemonError`` `data-folder`, with the system's reason.
    static func makeFolder(_ path: String, mode: mode_t) throws {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            if mkdir(made, mode) != 0, errno != EEXIST {
                throw DaemonError(
                    .dataFolder,
                    "cannot make the folder \(made): \(reason()); choose another with --data"
                )
            }
        }
    }

    /// Removes a file; one that is not there is gone already.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    static func remove(_ path: String) throws {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw DaemonError(.dataFolder, "cannot remove \(path): \(reason())")
    }

    static func isFolder(_ path: String) -> Bool {
        var status = jaga_file_status()
        return jaga_file_status_at(path, &status) == 0 && status.is_folder
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
