// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a file or folder could not be used.
///
/// Each target that uses files has its own error, and says ``message`` in it.
package struct HostFileError: Error, Sendable, Equatable {
    /// What went wrong.
    package enum Reason: Sendable, Equatable {
        /// A call of the system failed, with this `errno`.
        case system(Int32)
        /// The file has more bytes than are read.
        case larger(limit: Int)
    }

    /// What was tried, as after "cannot": `read`, `write`, `make the folder`.
    package let act: String
    package let path: String
    package let reason: Reason

    /// The failure that `errno` tells of.
    init(_ act: String, _ path: String) {
        self.act = act
        self.path = path
        reason = .system(errno)
    }

    init(_ path: String, largerThan limit: Int) {
        act = "read"
        self.path = path
        reason = .larger(limit: limit)
    }

    /// A sentence without its full stop: `cannot write /data/x: no space left on device`.
    package var message: String {
        switch reason {
        case .system(let code):
            "cannot \(act) \(path): \(String(cString: strerror(code)).lowercased())"
        case .larger(let limit): "\(path) is larger than \(limit) bytes"
        }
    }

    /// Whether there is no such file.
    package var isMissing: Bool { reason == .system(ENOENT) }
}
