// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Work on names in folders, each call with the error it may end in.
enum Folder {
    /// Makes a folder and those above it, with mode 0750; one that exists
    /// stays as it is.
    static func make(_ path: String) throws(AlertStoreError) {
        var made = mkdir(path, 0o750) == 0
        if !made, errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try make(String(path[..<slash]))
            made = mkdir(path, 0o750) == 0
        }
        if !made, errno == EEXIST { return }
        guard made, chmod(path, 0o750) == 0 else {
            throw AlertStoreError("make the folder", path: path)
        }
    }

    /// The names in a folder, in no order, without `.` and `..`.
    ///
    /// - Returns: An empty list when there is no such folder. Names that are
    ///   not UTF-8 come repaired; none of ours is one.
    static func names(in path: String) throws(AlertStoreError) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw AlertStoreError("list", path: path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Gives a file a second name.
    static func link(_ old: String, as new: String) throws(AlertStoreError) {
        guard Glibc.link(old, new) != 0 else { return }
        let cause = errno
        // Linux says EPERM where a file system has no hard links (link(2)).
        guard cause == EPERM else { throw AlertStoreError("link", path: new, cause: cause) }
        throw AlertStoreError("link", path: new, cause: ENOTSUP)
    }

    /// Renames a file over whatever has the new name.
    static func rename(_ old: String, to new: String) throws(AlertStoreError) {
        guard Glibc.rename(old, new) == 0 else { throw AlertStoreError("rename", path: old) }
    }

    /// Removes a file's name; no error when it is gone already.
    static func unlink(_ path: String) throws(AlertStoreError) {
        guard Glibc.unlink(path) == 0 || errno == ENOENT else {
            throw AlertStoreError("remove", path: path)
        }
    }

    /// Waits until the names in a folder are on the disk.
    static func sync(_ path: String) throws(AlertStoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AlertStoreError("open", path: path) }
        defer { close(descriptor) }
        // EINVAL: a file system that cannot sync folders, and needs not.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw AlertStoreError("sync", path: path)
        }
    }
}
