// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where an HTTP output sends to, and how carefully.
package struct HTTPEndpoint: Sendable, Hashable {
    /// The whole URL, which often is the secret.
    package var url: Secret
    /// Headers besides those of the kind: name and value.
    package var headers: [Header] = []
    /// Whether `http://` is taken; else only `https://`.
    package var allowsPlain = false
    /// Whether a name may lead to an internal address; an address itself may be used as it is.
    package var allowsInternal = false
    /// Certificates that are trusted besides the system's; a PEM file.
    package var authorities: String?
    /// For a whole request with its answer, from 1.
    package var timeoutSeconds = 10

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: Secret

        package init(_ name: String, _ value: Secret) {
            self.name = name
            self.value = value
        }
    }

    package init(url: Secret) {
        self.url = url
    }
}

/// A URL, taken apart as far as trust needs it.
struct HTTPTarget: Sendable, Hashable {
    let isPlain: Bool
    /// Lower case; an address without brackets.
    let host: String
    let port: Int?
    /// As it stands behind the host: `/services/T/B/X?y`.
    let path: String

    /// Reads a URL; text without scheme is `https://`.
    ///
    /// - Throws: ``OutputError`` `address`, without the URL, which may be a secret.
    init(_ url: String) throws(OutputError) {
        var rest = url[...]
        if let mark = rest.firstRange(of: "://") {
            switch rest[..<mark.lowerBound].lowercased() {
            case "https": isPlain = false
            case "http": isPlain = true
            default: throw Self.unusable("it begins with neither https:// nor http://")
            }
            rest = rest[mark.upperBound...]
        } else {
            isPlain = false
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.unusable("it has blanks, or characters that are not ASCII")
        }
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let place = rest[..<end]
        let tail = rest[end...].prefix { $0 != "#" }
        path = tail.hasPrefix("/") ? String(tail) : "/" + tail
        guard !place.contains("@") else {
            throw Self.unusable("it has a user in it; write <user> and <password_file>")
        }
        (host, port) = try Self.hostAndPort(place)
    }

    private static func hostAndPort(
        _ place: Substring
    ) throws(OutputError) -> (String, Int?) {
        var (name, rest) = (place, Substring())
        if place.first == "[" {
            guard let close = place.firstIndex(of: "]") else { throw unusable("a ] is missing") }
            name = place[place.index(after: place.startIndex)..<close]
            rest = place[place.index(after: close)...]
        } else if let colon = place.firstIndex(of: ":") {
            (name, rest) = (place[..<colon], place[colon...])
        }
        guard !name.isEmpty, name.utf8.count <= 253 else { throw unusable("it names no host") }
        guard !rest.isEmpty else { return (name.lowercased(), nil) }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port)
        else { throw unusable("its port is no number from 1 to 65535") }
        return (name.lowercased(), port)
    }

    private static func unusable(_ reason: String) -> OutputError {
        OutputError(.address, "the URL cannot be used: \(reason)")
    }

    /// `https://hooks.slack.com`: what may be shown.
    var shown: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return (isPlain ? "http://" : "https://") + name + (port.map { ":\($0)" } ?? "")
    }

    /// The whole URL, with another path behind its own.
    func url(adding suffix: String) -> String {
        guard !suffix.isEmpty else { return shown + path }
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return shown + base + suffix
    }
}
