// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Folders, as much of them as setting up and keeping state needs.
///
/// Everything here blocks.
package enum Folder {
    /// The folder that a path's last part is in: `.` of a bare name, `/` of what is in the root.
    package static func path(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Names in a folder, in byte order, without `.` and `..`; nil when it is not a folder that
    /// can be read.
    package static func names(in path: String) -> [String]? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Makes a folder and those above it that are missing; one that is there stays as it is.
    ///
    /// - Throws: ``HostFileError`` about the one that cannot be made.
    package static func make(_ path: String, mode: UInt32) throws(HostFileError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            guard mkdir(made, mode) == 0 || errno == EEXIST else {
                throw HostFileError("make the folder", made)
            }
        }
    }

    /// Waits until the names in a folder are on the disk.
    ///
    /// Where that fails, a loss of power may bring back what had the name before: whole, and
    /// soon written again, so it is no failure.
    package static func sync(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Whether a path is a folder, through links.
    package static func exists(_ path: String) -> Bool {
        var status = jaga_file_status()
        return jaga_file_status_at(path, &status) == 0 && status.is_folder
    }
}
