// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension DockerError {
    /// An error of the network layers, said in our own words.
    ///
    /// `task` is what was being done: "list containers".
    init(_ error: any Error, doing task: String, at endpoint: DockerEndpoint) {
        if let known = error as? DockerError {
            self = known
            return
        }
        let (code, text) = Self.reading(error)
        let remedy = Self.remedy(for: code, at: endpoint)
        self.init(
            code,
            "cannot \(task): docker engine at \(endpoint): \(text)\(remedy)",
            endpoint: endpoint.description,
            cause: error
        )
    }

    private static func reading(_ error: any Error) -> (Code, String) {
        switch error {
        case is CancellationError: (.cancelled, "cancelled")
        case let error as HTTPClientError: reading(client: error)
        case let error as IOError: reading(errno: error.errnoCode)
        case let error as NIOConnectionError: reading(connection: error)
        case let error as ChannelError:
            if case .connectTimeout = error {
                (.timedOut, "no connection within the limit")
            } else {
                (.streamEnded, "connection closed")
            }
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            (.tls, "its certificate is not for this host")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            (.tls, "tls failed: a certificate is not accepted, or no tls is spoken there")
        case HTTPParserError.invalidEOFState: (.streamEnded, "the engine closed the connection")
        case is HTTPParserError: (.badResponse, "the answer is not http")
        case let error as NIOTooManyBytesError:
            (.badResponse, "the answer is larger than \(error.maxBytes ?? 0) bytes")
        default: (.streamEnded, "connection failed")
        }
    }

    private static func reading(client error: HTTPClientError) -> (Code, String) {
        switch error {
        case .cancelled, .alreadyShutdown: (.cancelled, "cancelled")
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            (.timedOut, "no connection within the limit")
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            (.timedOut, "no answer within the limit")
        case .remoteConnectionClosed: (.streamEnded, "the engine closed the connection")
        default: (.badResponse, error.description)
        }
    }

    private static func reading(errno number: Int32) -> (Code, String) {
        switch number {
        case ENOENT, ENOTDIR: (.socketMissing, "the socket does not exist")
        case EACCES, EPERM: (.permissionDenied, "permission denied")
        case ECONNREFUSED: (.connectionRefused, "connection refused")
        case ETIMEDOUT: (.timedOut, "no connection within the limit")
        case ECONNRESET, EPIPE, ENOTCONN: (.streamEnded, "connection reset")
        case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL: (.unreachable, "host unreachable")
        default: (.unreachable, "error \(number) of the network")
        }
    }

    private static func reading(connection error: NIOConnectionError) -> (Code, String) {
        if let first = error.connectionErrors.first { return reading(first.error) }
        return (.unreachable, "the name `\(error.host)` cannot be resolved")
    }

    private static func remedy(for code: Code, at endpoint: DockerEndpoint) -> String {
        switch (code, endpoint.tls) {
        case (.permissionDenied, _): "; add the user to the group docker, or run as root"
        case (.socketMissing, _), (.connectionRefused, _), (.unreachable, _):
            "; start docker, or name the engine in DOCKER_HOST"
        case (.tls, _): "; check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH"
        case (.badResponse, nil): "; is it the docker api, and without tls?"
        default: ""
        }
    }

    /// An answer with another status than success, with the engine's own
    /// words, cut to 512 bytes.
    init(status: UInt, body: [UInt8], doing task: String, at endpoint: DockerEndpoint) {
        let words = Self.engineMessage(in: body)
        let code: Code = status == 404 ? .notFound : .apiError(status: Int(status))
        let hint =
            status == 400 && endpoint.tls == nil && words.contains("HTTPS server")
            ? "; set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH" : ""
        self.init(
            code,
            "cannot \(task): docker engine at \(endpoint) answered \(status): \(words)\(hint)",
            endpoint: endpoint.description
        )
    }

    /// `message` of the engine's JSON, or else the body itself; control
    /// characters become blanks.
    private static func engineMessage(in body: [UInt8]) -> String {
        var text = String(decoding: body.prefix(512), as: UTF8.self)
        if let message = EngineJSON.message(in: body) {
            text = String(decoding: message.utf8.prefix(512), as: UTF8.self)
        }
        let visible = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : String(scalar)
        }
        let trimmed = visible.joined().split(separator: " ", omittingEmptySubsequences: true)
        return trimmed.isEmpty ? "no message" : trimmed.joined(separator: " ")
    }
}
