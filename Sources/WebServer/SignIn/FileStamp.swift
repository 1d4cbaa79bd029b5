// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What tells one content of a file from another without reading it.
struct FileStamp: Sendable, Equatable {
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int
    private let size: Int

    /// The stamp of the file now; nil when there is none.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        size = status.st_size
    }
}
