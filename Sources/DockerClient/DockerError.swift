// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A request to a Docker engine that failed.
package struct DockerError: Error, Sendable {
    /// What went wrong, for decisions; texts are for people.
    package enum Code: Sendable, Hashable {
        /// The setting that names the endpoint cannot be used.
        case invalidEndpoint
        /// No engine at any of the usual places.
        case noEngineFound
        /// The unix socket's file does not exist.
        case socketMissing
        /// The socket exists, and this user may not open it.
        case permissionDenied
        /// Nobody listens there.
        case connectionRefused
        /// The host's name or address could not be reached.
        case unreachable
        /// No connection, or no answer, within the limit.
        case timedOut
        /// The TLS handshake or a certificate failed.
        case tls
        /// The engine does not know the container, image or execution.
        case notFound
        /// The engine answered with another status than was asked for.
        case apiError(status: Int)
        /// The answer is not what the API documents, or larger than its limit.
        case badResponse
        /// The connection ended; ordinary while an engine restarts.
        case streamEnded
        /// The client was shut down or its task cancelled.
        case cancelled
    }

    package let code: Code
    /// What failed, on which thing, and what to do: lower case, no full stop.
    package let message: String
    /// Where the engine was expected: `unix:///var/run/docker.sock`.
    package let endpoint: String
    /// The error of a lower layer, for a debug log only.
    package let cause: (any Error)?

    package init(
        _ code: Code,
        _ message: String,
        endpoint: String,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.endpoint = endpoint
        self.cause = cause
    }

    /// Whether trying again later can help without anybody changing a setting.
    ///
    /// A missing socket and a missing permission count: the engine may be
    /// installed or the socket's mode changed while Jaga waits.
    package var isRetryable: Bool {
        switch code {
        case .invalidEndpoint, .notFound, .cancelled: false
        case .apiError(let status): status >= 500 || status == 429
        case .noEngineFound, .socketMissing, .permissionDenied, .connectionRefused, .unreachable,
            .timedOut, .tls, .badResponse, .streamEnded:
            true
        }
    }
}

extension DockerError: CustomStringConvertible {
    /// The message alone: it names the endpoint where that helps.
    package var description: String { message }
}
