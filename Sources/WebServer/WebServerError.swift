// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why the server cannot serve.
package struct WebServerError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, Equatable {
        /// The address is taken, or not this machine's.
        case cannotListen = "cannot-listen"
        /// A certificate or key cannot be read, made or used.
        case tls
        /// The file of users cannot be read or written.
        case accounts
        /// The dashboard's files are not there.
        case dashboard
    }

    package let code: Code
    /// What failed, on which thing, and what to do; lower case, no full stop.
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
