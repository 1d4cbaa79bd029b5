// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Files that are read and replaced whole; all of it blocks.
enum SmallFile {
    /// The bytes of a file, at most `limit` of them.
    ///
    /// - Throws: ``TransportError`` `keyFile`, also when it is longer.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit + 1, 64 << 10))
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return content }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw TransportError(.keyFile, "\(path) is larger than \(limit) bytes")
            }
        }
    }

    /// Puts new contents in a file's place, so that a crash leaves the old or
    /// the new: beside it, synced, renamed, the folder synced.
    ///
    /// - Throws: ``TransportError`` `keyFile`; the old contents stay.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws {
        let temporary = path + ".tmp"
        // What a crash left must not lend its mode.
        unlink(temporary)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(temporary, flags, mode)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        do {
            try write(bytes, to: descriptor, path: temporary)
            guard fsync(descriptor) == 0 else { throw failure("sync", temporary) }
            guard rename(temporary, path) == 0 else { throw failure("replace", path) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        syncFolder(of: path)
    }

    /// Names in a folder, ordered; none when it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var status = jaga_file_status()
        return jaga_file_status_at(path, &status) == 0 && status.is_folder
    }

    /// Makes a folder and those above it that are missing.
    ///
    /// - Throws: ``TransportError`` `keyFile`.
    static func makeFolder(_ path: String) throws {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o750) == 0 || errno == EEXIST else {
                throw failure("make the folder", made)
            }
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// The rename is then on disk too; where it cannot be synced, a crash of the
    /// machine may bring the old contents back.
    private static func syncFolder(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func failure(_ action: String, _ path: String) -> TransportError {
        let reason = String(cString: strerror(errno)).lowercased()
        return TransportError(.keyFile, "cannot \(action) \(path): \(reason)")
    }
}
