// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why alerts could not be kept or read.
package struct AlertStoreError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: Sendable, Equatable {
        /// No space, no inodes, a quota or a size limit.
        case diskFull
        /// Something already writes to this folder.
        case locked
        /// The process may not do this.
        case permission
        /// The file system lacks something the log needs.
        case unsupported
        /// Any other failure of the operating system.
        case io
    }

    package let code: Code
    /// What failed, on which file, and what to do; lower case, no full stop.
    package let message: String
    /// `errno` of the call that failed.
    package let cause: CInt

    /// Whether the same call may succeed later without anyone changing the
    /// settings: the caller keeps its batch and tries again with back-off.
    package var isRetryable: Bool { code == .diskFull || code == .io }

    package var description: String { message }

    /// An error of a system call, as `errno` tells it.
    ///
    /// - Parameters:
    ///   - action: What was being done, as in `cannot \(action)`.
    ///   - path: The file or folder it was done to.
    ///   - cause: The value of `errno`.
    init(_ action: String, path: String, cause: CInt = errno) {
        code = Self.code(of: cause)
        let reason = String(cString: strerror(cause)).lowercased()
        message = "cannot \(action) \(path): \(reason): \(Self.remedy(for: code, path: path))"
        self.cause = cause
    }

    /// An error whose message is complete.
    init(code: Code, message: String, cause: CInt) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    private static func code(of cause: CInt) -> Code {
        switch cause {
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case EACCES, EPERM: .permission
        case EMLINK, EXDEV, ENOTSUP: .unsupported
        default: .io
        }
    }

    private static func remedy(for code: Code, path: String) -> String {
        switch code {
        case .diskFull:
            "free space on its file system, or keep fewer alerts; events wait until then"
        case .permission: "run as root, or give this user the folder"
        case .unsupported: "put the data folder on a file system with hard links"
        case .locked: "stop the other process, or use another data folder"
        case .io: "see whether the file system is healthy and mounted for writing"
        }
    }
}
