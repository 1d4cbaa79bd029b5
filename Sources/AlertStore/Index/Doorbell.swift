// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Ends a thread's wait from another thread.
final class Doorbell: Sendable {
    /// Can be read after a ring.
    let descriptor: CInt
    private let writeEnd: CInt
    private let closed = Atomic(false)

    init() throws(AlertStoreError) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw AlertStoreError("open", path: "a pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(descriptor)
        Glibc.close(writeEnd)
    }

    /// Ends the wait, or the next one.
    func ring() {
        var byte: UInt8 = 1
        // A full pipe says it already.
        _ = write(writeEnd, &byte, 1)
    }

    /// Makes the next wait a wait again.
    func answer() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &bytes, bytes.count) == bytes.count {}
    }

    /// Rings once and for all.
    func close() {
        closed.store(true, ordering: .releasing)
        ring()
    }

    var isClosed: Bool { closed.load(ordering: .acquiring) }
}

/// The claim of one process on a file, given up when it ends.
final class OpenFileLock: Sendable {
    private let descriptor: CInt

    /// - Throws: `.locked` when another process has it.
    init(path: String) throws(AlertStoreError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw AlertStoreError("open", path: path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // An object that was made whole is closed by its end, here too.
            throw AlertStoreError(
                code: .locked,
                message: "another process writes the index, which \(path) shows: "
                    + "stop it, or use another data folder",
                cause: errno
            )
        }
    }

    deinit {
        // A child that is just being started shares the file for a moment: with
        // this, it does not share the claim.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
