// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import Glibc

/// Compressing a finished file, so that a crash leaves the file or its
/// compressed twin, whole.
enum GzipFile {
    /// Compresses a file beside itself and removes it.
    ///
    /// Order: write `DESTINATION.tmp`, sync, rename, sync the folder, remove the
    /// source. A process that dies in between leaves a `.tmp` of no worth, or
    /// both files: the next attempt does it all again.
    ///
    /// Cost: about 45 MB/s of one core; 512 KB of memory.
    /// - Throws: `.diskFull` and others; the source is as it was.
    static func replace(
        _ source: String,
        with destination: String,
        in folder: String
    ) throws(AlertStoreError) {
        let temporary = destination + temporarySuffix
        do throws(AlertStoreError) {
            try compress(source, to: temporary)
            try Folder.rename(temporary, to: destination)
            try Folder.sync(folder)
        } catch {
            // If it stays, the next pass removes it.
            try? Folder.unlink(temporary)
            throw error
        }
        try Folder.unlink(source)
    }

    /// What the name of an unfinished file ends in.
    static let temporarySuffix = ".tmp"

    private static func compress(_ source: String, to path: String) throws(AlertStoreError) {
        let input = try OpenFile(path: source, flags: O_RDONLY)
        let output = try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        // zlib closes the descriptor it is given: it gets a copy, we keep ours to sync.
        let copy = fcntl(output.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw AlertStoreError("open", path: path) }
        guard let stream = gzdopen(copy, "wb6") else {
            close(copy)
            throw AlertStoreError("compress into", path: path, cause: ENOMEM)
        }
        do throws(AlertStoreError) {
            try write(input, to: stream, path: path)
        } catch {
            gzclose(stream)
            throw error
        }
        errno = 0
        guard gzclose(stream) == Z_OK else {
            throw AlertStoreError("compress into", path: path, cause: errno == 0 ? EIO : errno)
        }
        try output.sync()
    }

    private static func write(
        _ input: borrowing OpenFile,
        to stream: gzFile,
        path: String
    ) throws(AlertStoreError) {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var offset = 0
        while true {
            let count = try input.read(into: &buffer, at: offset)
            guard count > 0 else { return }
            errno = 0
            guard gzwrite(stream, buffer, CUnsignedInt(count)) == count else {
                let cause = errno == 0 ? EIO : errno
                throw AlertStoreError("compress into", path: path, cause: cause)
            }
            offset += count
        }
    }
}
