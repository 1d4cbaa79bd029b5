// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why an agent and its manager could not do what was asked.
package struct FleetError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for decisions; texts are for people.
    package enum Code: String, Sendable, Hashable, Codable {
        /// A file of the fleet cannot be read or written.
        case file
        /// The text is no token.
        case notAToken = "not-a-token"
        /// The token was used, ran out, or never was.
        case tokenUsed = "token-used"
        case tokenExpired = "token-expired"
        case tokenUnknown = "token-unknown"
        /// The manager is another one than the token or the certificate says.
        case wrongAuthority = "wrong-authority"
        /// The manager's certificate does not have the name that was called.
        case wrongHost = "wrong-host"
        /// The clocks are too far apart for certificates.
        case clock
        /// The name or the group cannot be used.
        case invalidName = "invalid-name"
        case nameTaken = "name-taken"
        /// The request for a certificate cannot be used.
        case invalidRequest = "invalid-request"
        /// The agent was removed, or is not registered.
        case revoked
        case noSuchAgent = "no-such-agent"
        /// A command's agent did not fetch it in time; nothing was done.
        case unreached
        /// A command's agent did fetch it, and has told no result: it may have been done.
        case unanswered
        /// An agent could not do a command; the message is its own.
        case commandFailed = "command-failed"
        /// The two speak no common version.
        case version
        /// The other side cannot be reached, or broke off.
        case connection
        /// The other side has no room now.
        case busy
        /// TLS cannot be set up with what is there.
        case tls
        /// The address cannot be listened on.
        case cannotListen = "cannot-listen"
    }

    package let code: Code
    /// What failed, on which thing, and what to do: lower case, no full stop.
    package let message: String
    /// What a library said.
    package let cause: (any Error)?
    /// Seconds after which to try again, when the other side said so.
    package var retryAfterSeconds: Int?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same may succeed later without anyone changing a setting.
    package var isRetryable: Bool {
        switch code {
        case .connection, .busy, .unreached, .wrongAuthority, .wrongHost, .clock: true
        default: false
        }
    }

    package var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}
