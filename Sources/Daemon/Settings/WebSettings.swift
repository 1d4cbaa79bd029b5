// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where the dashboard and the API are, as flags and environment say.
package struct WebSettings: Sendable, Hashable {
    /// Where connections are taken.
    package enum Listen: Sendable, Hashable {
        case off
        /// A name or an address, and a port; 0 lets the system choose.
        case at(host: String, port: Int)

        /// On loopback, where nobody from outside can connect.
        package static let standard = Listen.at(host: "127.0.0.1", port: 9696)

        /// Reads `off`, `PORT`, `HOST`, `HOST:PORT`, `:PORT` (all addresses),
        /// `[::1]:PORT`; nil for anything else.
        package init?(_ text: String) {
            if text == "off" {
                self = .off
                return
            }
            guard case .at(let host, let port) = Listen.standard, !text.isEmpty else { return nil }
            if text.allSatisfy(\.isNumber) {
                guard let port = Self.port(text[...]) else { return nil }
                self = .at(host: host, port: port)
                return
            }
            if text.hasPrefix("[") {
                guard let end = text.firstIndex(of: "]") else { return nil }
                let address = String(text[text.index(after: text.startIndex)..<end])
                let rest = text[text.index(after: end)...]
                guard !address.isEmpty, let port = rest.isEmpty ? port : Self.port(after: rest)
                else { return nil }
                self = .at(host: address, port: port)
                return
            }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            switch parts.count {
            case 1: self = .at(host: text, port: port)
            case 2:
                guard let port = Self.port(parts[1]) else { return nil }
                self = .at(host: parts[0].isEmpty ? "0.0.0.0" : String(parts[0]), port: port)
            // An IPv6 address without brackets has no port.
            default: self = .at(host: text, port: port)
            }
        }

        private static func port(after text: Substring) -> Int? {
            text.hasPrefix(":") ? port(text.dropFirst()) : nil
        }

        private static func port(_ text: Substring) -> Int? {
            guard text.count <= 5, text.allSatisfy(\.isASCII), let port = Int(text),
                (0...65_535).contains(port)
            else { return nil }
            return port
        }
    }

    package var listen = Listen.standard
    /// PEM files; both or none.
    package var certificate: String?
    package var key: String?
    /// Other names that the server is asked for, such as a proxy's.
    package var names: [String] = []

    package init() {}
}
