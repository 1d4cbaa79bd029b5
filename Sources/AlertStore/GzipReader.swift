// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import Glibc

/// Reading a compressed file of the record.
struct GzipReader: ~Copyable {
    private let stream: gzFile
    private let path: String

    init(path: String) throws(AlertStoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw AlertStoreError("open", path: path) }
        guard let stream = gzdopen(descriptor, "rb") else {
            close(descriptor)
            throw AlertStoreError("open", path: path, cause: ENOMEM)
        }
        self.stream = stream
        self.path = path
    }

    deinit { gzclose(stream) }

    /// Goes to an offset of the plain text, reading what lies before.
    borrowing func seek(to offset: Int) throws(AlertStoreError) {
        guard gzseek(stream, offset, SEEK_SET) >= 0 else {
            throw AlertStoreError("read", path: path, cause: EIO)
        }
    }

    /// Reads on; 0 at the end.
    ///
    /// - Throws: `.io` also when the file is damaged.
    borrowing func read(into buffer: inout [UInt8]) throws(AlertStoreError) -> Int {
        let count = gzread(stream, &buffer, CUnsignedInt(buffer.count))
        guard count >= 0 else { throw AlertStoreError("read", path: path, cause: EIO) }
        return Int(count)
    }
}
