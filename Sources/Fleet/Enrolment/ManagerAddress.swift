// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where a manager is: `https://HOST:PORT`.
package struct ManagerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The port of own agents, when the address names none.
    package static let standardPort = 9_697

    /// Without the brackets of IPv6.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `https://HOST:PORT`, `HOST:PORT` or `HOST`; nil for anything else.
    package init?(_ text: String) {
        var rest = text[...]
        if let end = rest.firstRange(of: "://") {
            guard rest[..<end.lowerBound] == "https" else { return nil }
            rest = rest[end.upperBound...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var port = Self.standardPort
        if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
            let after = rest[rest.index(after: close)...]
            if !after.isEmpty {
                guard after.first == ":", let number = Int(after.dropFirst()) else { return nil }
                port = number
            }
            rest = rest[rest.index(after: rest.startIndex)..<close]
        } else if let colon = rest.lastIndex(of: ":") {
            guard let number = Int(rest[rest.index(after: colon)...]) else { return nil }
            port = number
            rest = rest[..<colon]
        }
        guard !rest.isEmpty, (1...65_535).contains(port),
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.refused.contains($0) })
        else { return nil }
        host = String(rest)
        self.port = port
    }

    private static let refused = Array("/@?#\\%".utf8)

    package var description: String {
        host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)"
    }
}
