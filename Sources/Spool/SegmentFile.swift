// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open segment, closed when the last user lets go of it.
final class SegmentFile: Sendable {
    /// What every segment begins with; the digit is the format's version.
    static let title: [UInt8] = Array("JAGASPL1".utf8)

    let path: String
    private let descriptor: CInt

    /// Makes a new segment, with nothing in it.
    init(creating path: String) throws(SpoolError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SpoolError("make", path: path) }
    }

    /// Opens a segment for reading.
    init(reading path: String) throws(SpoolError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SpoolError("open", path: path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Bytes in the file.
    func size() throws(SpoolError) -> Int {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw SpoolError("inspect", path: path) }
        return Int(end)
    }

    /// Appends all bytes, in one call unless the kernel takes fewer.
    func write(_ bytes: Span<UInt8>) throws(SpoolError) {
        var done = 0
        while done < bytes.count {
            let rest = bytes.extracting(done..<bytes.count)
            let count = rest.withUnsafeBufferPointer {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SpoolError("write to", path: path) }
            done += count
        }
    }

    /// Cuts the file.
    func truncate(to size: Int) throws(SpoolError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            guard errno == EINTR else { throw SpoolError("cut", path: path) }
        }
    }

    /// Waits until everything written is on the disk.
    func sync() throws(SpoolError) {
        guard fdatasync(descriptor) == 0 else { throw SpoolError("sync", path: path) }
    }

    /// Up to `count` bytes at an offset; fewer at the file's end.
    func bytes(at offset: Int, count: Int) throws(SpoolError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, done in
            while done < buffer.count {
                let read = pread(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    buffer.count - done,
                    off_t(offset + done)
                )
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = errno }
                guard read > 0 else { return }
                done += read
            }
        }
        guard failure == 0 else { throw SpoolError("read", path: path, cause: failure) }
        return bytes
    }
}
