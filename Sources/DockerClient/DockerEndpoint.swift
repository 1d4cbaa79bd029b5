// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where an engine listens, and how it is spoken to there.
package struct DockerEndpoint: Sendable, Hashable {
    package enum Address: Sendable, Hashable {
        /// An absolute path that fits a socket address.
        case unix(path: String)
        /// A name, IPv4 or IPv6 address (without brackets), and a port from 1.
        case tcp(host: String, port: UInt16)
    }

    package let address: Address
    /// Nil for plain text.
    package let tls: DockerTLS?

    package init(address: Address, tls: DockerTLS?) {
        self.address = address
        self.tls = tls
    }

    /// Longest path of a unix socket: `sun_path` is 108 bytes with its NUL.
    ///
    /// Source: unix(7).
    static let socketPathLimit = 107

    /// The endpoint that `DOCKER_HOST` names; nil when it is not set, which
    /// asks for discovery.
    ///
    /// `unix:///path`, `tcp://host:port`, `http://`, `https://`, a bare path or
    /// `host:port`. Without a port it is 2375, with TLS 2376. TLS is on with
    /// `https`, `DOCKER_TLS_VERIFY` or `DOCKER_CERT_PATH`; the last alone does
    /// not verify the engine, as in Docker's own clients.
    /// - Throws: ``DockerError`` `invalidEndpoint`, naming value and remedy.
    package init?(environment: DockerEnvironment) throws(DockerError) {
        let value = environment.host
        guard !value.isEmpty else { return nil }
        let (scheme, rest) = Self.split(value)
        switch scheme {
        case "unix":
            try self.init(address: Self.unixAddress(rest, value: value), tls: nil)
        case "tcp", "http", "https":
            let tls = DockerTLS(environment: environment, isRequired: scheme == "https")
            let address = try Self.tcpAddress(
                rest,
                defaultPort: tls == nil ? 2375 : 2376,
                value: value
            )
            self.init(address: address, tls: tls)
        default:
            throw Self.invalid(
                value,
                "the scheme `\(scheme)` is not supported",
                "use unix:///path or tcp://host:port"
            )
        }
    }

    private static func split(_ value: String) -> (scheme: String, rest: Substring) {
        if let separator = value.firstRange(of: "://") {
            return (value[..<separator.lowerBound].lowercased(), value[separator.upperBound...])
        }
        return (value.hasPrefix("/") ? "unix" : "tcp", value[...])
    }

    private static func unixAddress(
        _ path: Substring,
        value: String
    ) throws(DockerError) -> Address {
        guard path.hasPrefix("/"), path.count > 1 else {
            throw invalid(
                value,
                "the path is not absolute",
                "use unix:///var/run/docker.sock"
            )
        }
        guard path.utf8.count <= socketPathLimit, !path.utf8.contains(0) else {
            throw invalid(
                value,
                "the path is longer than \(socketPathLimit) bytes",
                "use a shorter path"
            )
        }
        return .unix(path: String(path))
    }

    private static func tcpAddress(
        _ authority: Substring,
        defaultPort: UInt16,
        value: String
    ) throws(DockerError) -> Address {
        var authority = authority
        if authority.hasSuffix("/") { authority.removeLast() }
        let (host, portText) = splitPort(authority)
        guard isHost(host) else {
            throw invalid(value, "`\(authority)` is not a host", "use tcp://host:port")
        }
        guard let portText else { return .tcp(host: host, port: defaultPort) }
        guard let port = UInt16(portText), port > 0 else {
            throw invalid(value, "`\(portText)` is not a port", "use a number from 1 to 65535")
        }
        return .tcp(host: host, port: port)
    }

    /// Splits `host`, `host:port`, `[::1]` and `[::1]:port`; a bare IPv6
    /// address counts as having no port.
    private static func splitPort(_ authority: Substring) -> (String, Substring?) {
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<close]
            let rest = authority[authority.index(after: close)...]
            if rest.isEmpty { return (String(host), nil) }
            return (rest.hasPrefix(":") ? String(host) : "", rest.dropFirst())
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2 { return (String(parts[0]), parts[1]) }
        return (String(authority), nil)
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"):
                    true
                default: false
                }
            }
    }

    private static func invalid(_ value: String, _ problem: String, _ remedy: String)
        -> DockerError
    {
        DockerError(
            .invalidEndpoint,
            "DOCKER_HOST is `\(value)`: \(problem); \(remedy)",
            endpoint: value
        )
    }
}

extension DockerEndpoint: CustomStringConvertible {
    /// As in `DOCKER_HOST`: `unix:///var/run/docker.sock`, `tcp://[::1]:2376`.
    package var description: String {
        switch address {
        case .unix(let path): "unix://" + path
        case .tcp(let host, let port): "tcp://\(Self.bracketed(host)):\(port)"
        }
    }

    /// What the URL of a request begins with, without a slash at its end.
    var urlPrefix: String {
        switch address {
        case .unix(let path): "http+unix://" + Self.percentEncoded(path)
        case .tcp(let host, let port):
            "\(tls == nil ? "http" : "https")://\(Self.bracketed(host)):\(port)"
        }
    }

    /// Encodes every byte that is not a letter, a digit, `-`, `_` or `.`.
    static func percentEncoded(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                output += byte < 16 ? "%0" + hex : "%" + hex
            }
        }
        return output
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") ? "[\(host)]" : host
    }
}
