// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux

/// What tells one content of a file from another without reading it: a file that was replaced has
/// another inode, one that was written to another time or size.
package struct FileStamp: Sendable, Hashable {
    private let inode: UInt64
    private let seconds: Int64
    private let nanoseconds: Int64
    private let size: Int64

    /// The stamp of the file now, through links; nil when there is none.
    package init?(of path: String) {
        var status = jaga_file_status()
        guard jaga_file_status_at(path, &status) == 0 else { return nil }
        inode = status.inode
        seconds = status.modified_seconds
        nanoseconds = status.modified_nanoseconds
        size = status.size
    }
}
