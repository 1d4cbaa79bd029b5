// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux

/// Whether a file is still the one that was read.
package struct FileVersion: Sendable, Hashable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int64
    private let nanoseconds: Int64

    /// Looks at a file; nil when there is none.
    package init?(path: String) {
        var status = jaga_file_status()
        guard jaga_file_status_at(path, &status) == 0 else { return nil }
        inode = status.inode
        size = status.size
        seconds = status.modified_seconds
        nanoseconds = status.modified_nanoseconds
    }
}
