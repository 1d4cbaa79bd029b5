// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why the spool could not be written or read.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: Sendable, Equatable {
        /// The spool holds as much as it may: room comes as events are analysed.
        case full
        /// No space on the file system, a quota or a limit of size.
        case diskFull
        /// The process may not do this.
        case permission
        /// A segment is gone.
        case missing
        /// Any other failure of the operating system.
        case io
    }

    package let code: Code
    /// What failed, on which file, and what to do; lower case, no full stop.
    package let message: String

    package var description: String { message }

    init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// An error of a system call, as `errno` tells it.
    init(_ action: String, path: String, cause: CInt = errno) {
        code = Self.code(of: cause)
        let reason = String(cString: strerror(cause)).lowercased()
        message = "cannot \(action) \(path): \(reason): \(Self.remedy(code))"
    }

    private static func code(of cause: CInt) -> Code {
        switch cause {
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case EACCES, EPERM: .permission
        case ENOENT: .missing
        default: .io
        }
    }

    private static func remedy(_ code: Code) -> String {
        switch code {
        case .full: "events wait until some are analysed"
        case .diskFull: "free space on its file system; events wait until then"
        case .missing: "somebody removed it; what it held is lost"
        case .permission: "run as root, or give this user the folder"
        case .io: "see whether the file system is healthy and mounted for writing"
        }
    }
}
