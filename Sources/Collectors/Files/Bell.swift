// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Wakes a thread that sleeps in `poll`: a pipe with oneself.
final class Bell: Sendable {
    /// Readable while it rings.
    let descriptor: Int32
    private let input: Int32

    /// - Throws: ``CollectorError`` `no-thread` when there is no descriptor left.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CollectorError(
                .noThread,
                "cannot make a pipe: \(SystemCall.reason()); raise the limit of open files"
            )
        }
        for end in ends {
            // Neither fails on a descriptor that was just made.
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, input) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(input)
    }

    func ring() {
        var byte: UInt8 = 1
        // A full pipe rings already.
        _ = write(input, &byte, 1)
    }

    func silence() {
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(descriptor, &bytes, bytes.count) == bytes.count {}
    }
}
