// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the system says of a file without opening it.
struct FileStamp: Equatable {
    let identity: FileIdentity
    let size: Int64
    /// When it was last written, nanoseconds since the epoch.
    let modified: Int64
    let isRegular: Bool

    init(_ status: stat) {
        identity = FileIdentity(status)
        size = Int64(status.st_size)
        modified =
            Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    /// The file that a path leads to now; nil when there is none.
    init?(at path: FilePath) {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }
}

extension FileIdentity {
    init(_ status: stat) {
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The file that a path leads to now; nil when there is none.
    init?(at path: FilePath) {
        guard let stamp = FileStamp(at: path) else { return nil }
        self = stamp.identity
    }
}
