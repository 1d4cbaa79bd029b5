// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why agents and managers could not speak.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for decisions; texts are for people.
    package enum Code: Sendable, Hashable {
        /// The address cannot be listened on.
        case cannotListen
        /// The certificate, its key or an authority cannot be used.
        case tls
        /// `client.keys` or a file beside it cannot be read or written.
        case keyFile
        /// A line or a text of a key is none.
        case notAKey
        /// The other side cannot be reached, or the connection ended.
        case connection
        /// The manager refused to enrol or to talk to this agent.
        case refused
        /// The agent is not known or not connected.
        case noSuchAgent
        /// The other side did not answer in time.
        case timeout
        /// Nothing can be sent: too much waits, or it is too long.
        case cannotSend
    }

    package let code: Code
    /// What failed, on which thing, and what to do: lower case, no full stop.
    package let message: String
    /// What a library said.
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same may succeed later without anyone changing a setting.
    package var isRetryable: Bool {
        switch code {
        case .connection, .timeout, .noSuchAgent, .cannotSend, .refused: true
        case .cannotListen, .tls, .keyFile, .notAKey: false
        }
    }

    package var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}
