// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A message that could not be queued or delivered, or an output that cannot be used.
package struct OutputError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for decisions; texts are for people.
    package enum Code: String, Sendable, CaseIterable {
        /// The queue on the disk cannot be opened, read or written.
        case queue
        /// A secret cannot be read.
        case secret
        /// A name does not resolve, or to an address that is not allowed.
        case address
        /// No connection, or it broke, or it took too long.
        case connection
        /// The receiver says that it cannot take it now.
        case busy
        /// The receiver does not accept who we are, or the place that was named.
        case denied
        /// The receiver refuses this message, and will again.
        case refused
        /// A program is missing, not safe to run, or failed.
        case program
        /// There is no output of that name.
        case unknown
    }

    package let code: Code
    /// What failed, on which thing, and what to do; never a secret.
    package let message: String
    /// Seconds after which the receiver wants it again.
    package var retryAfterSeconds: Int?

    package init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    package var description: String { message }

    /// Whether the same message may be taken later.
    package var isRetryable: Bool { code != .refused && code != .unknown }
}
