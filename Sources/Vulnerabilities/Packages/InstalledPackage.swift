// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A package that is in an image, and how it is known.
package struct InstalledPackage: Sendable, Hashable {
    /// Who installs such packages; also the word in outputs.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case debian, alpine, rpm, python, node, go, java, gem, rust, composer, nuget

        /// How its versions are ordered.
        package var scheme: VersionScheme {
            switch self {
            case .debian: .debian
            case .alpine: .alpine
            case .rpm: .rpm
            case .python: .python
            case .java: .maven
            case .gem: .gem
            case .node, .go, .rust, .composer, .nuget: .semantic
            }
        }

        /// Whether the distribution's packager installed it.
        package var isOfDistribution: Bool { self == .debian || self == .alpine || self == .rpm }
    }

    package let kind: Kind
    /// As its ecosystem writes it: `@scope/name`, `group:artifact`, a module's path.
    package let name: String
    package let version: String
    /// Empty when not known.
    package var architecture = ""
    /// What it was built from; the package's own name where that is not said.
    package var sourceName: String
    package var sourceVersion: String
    /// The file that told of it, in the image.
    package var path = ""
    /// The layer that brought it, from 0; nil before layers are put together.
    package var layer: Int?

    package init(_ kind: Kind, _ name: String, _ version: String) {
        self.kind = kind
        self.name = name
        self.version = version
        sourceName = name
        sourceVersion = version
    }
}

extension InstalledPackage {
    /// Its package URL.
    ///
    /// Source: package-url/purl-spec, PURL-TYPES.
    package func purl(_ system: SystemRelease?) -> String {
        let distribution = system.map { "&distro=" + Self.encoded("\($0.id)-\($0.version)") } ?? ""
        let architecture =
            "?arch=" + Self.encoded(self.architecture.isEmpty ? "all" : self.architecture)
        let tail = "@" + Self.encoded(version)
        let namespace = system?.id ?? kind.rawValue
        return switch kind {
        case .debian:
            "pkg:deb/\(namespace)/\(Self.encoded(name))\(tail)\(architecture)\(distribution)"
        case .alpine:
            "pkg:apk/\(namespace)/\(Self.encoded(name))\(tail)\(architecture)\(distribution)"
        case .rpm: "pkg:rpm/\(namespace)/\(Self.encoded(name))\(tail)\(architecture)\(distribution)"
        case .python: "pkg:pypi/\(Self.encoded(Self.pythonName(name)))\(tail)"
        case .node: "pkg:npm/\(Self.encodedPath(name))\(tail)"
        case .go: "pkg:golang/\(Self.encodedPath(name))\(tail)"
        case .java:
            "pkg:maven/"
                + name.split(separator: ":").map { Self.encoded(String($0)) }.joined(separator: "/")
                + tail
        case .gem: "pkg:gem/\(Self.encoded(name))\(tail)"
        case .rust: "pkg:cargo/\(Self.encoded(name))\(tail)"
        case .composer: "pkg:composer/\(Self.encodedPath(name))\(tail)"
        case .nuget: "pkg:nuget/\(Self.encoded(name))\(tail)"
        }
    }

    /// Lower case, with a dash for each run of `-`, `_` and `.`.
    ///
    /// Source: PEP 503.
    static func pythonName(_ name: String) -> String {
        name.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    }

    private static func encodedPath(_ path: String) -> String {
        path.split(separator: "/").map { encoded(String($0)) }.joined(separator: "/")
    }

    private static func encoded(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if byte.isDigit || byte.isLetter || "-._~:".utf8.contains(byte) {
                output.append(byte)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                output += Array((byte < 16 ? "%0" + hex : "%" + hex).utf8)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
