// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder whose entries are looked through.
struct Folder {
    private let path: FilePath

    init(_ path: FilePath) {
        self.path = path
    }

    /// The entry that is the file of this inode; nil when there is none or the
    /// folder cannot be read.
    func path(ofInode inode: UInt64) -> FilePath? {
        guard let handle = path.withCString({ opendir($0) }) else { return nil }
        defer { closedir(handle) }
        while let entry = readdir(handle) {
            guard entry.pointee.d_ino == ino_t(inode) else { continue }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            return FilePath(bytes: path.bytes + [UInt8(ascii: "/")] + name)
        }
        return nil
    }
}
