// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The distribution of an image: `os-release`.
///
/// Source: os-release(5).
package struct SystemRelease: Sendable, Hashable {
    /// `debian`, `alpine`, `rhel`.
    package let id: String
    /// `12`, `3.20.1`; empty where there is none, as in Debian's unstable.
    package let version: String
    /// `bookworm`; empty when not told.
    package let codename: String
    /// For people.
    package let name: String

    package init(id: String, version: String, codename: String = "", name: String = "") {
        self.id = id
        self.version = version
        self.codename = codename
        self.name = name
    }

    /// Nil when there is no `ID`.
    init?(_ bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(200) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let value = line[line.index(after: equals)...]
            values[String(line[..<equals])] = String(value).trimmed
                .trimming { $0 == "\"" || $0 == "'" }
        }
        guard let id = values["ID"], !id.isEmpty else { return nil }
        self.id = id
        version = values["VERSION_ID"] ?? ""
        codename = values["VERSION_CODENAME"] ?? ""
        name = values["PRETTY_NAME"] ?? id
    }

    /// What OSV calls the distribution at this version; nil for one that it does
    /// not know.
    ///
    /// Source: OSV schema 1.7, "Defined Ecosystems".
    package var ecosystem: String? {
        let numbers = version.split(separator: ".")
        let major = numbers.first.map(String.init) ?? ""
        let minor = numbers.prefix(2).joined(separator: ".")
        return switch id {
        case "debian": "Debian:" + (major.isEmpty ? (codename.isEmpty ? "sid" : codename) : major)
        case "ubuntu": "Ubuntu:" + minor
        case "alpine": "Alpine:v" + minor
        case "wolfi": "Wolfi"
        case "chainguard": "Chainguard"
        case "rhel", "centos": "Red Hat:" + major
        case "rocky": "Rocky Linux:" + major
        case "almalinux": "AlmaLinux:" + major
        case "fedora": "Fedora:" + major
        case "opensuse-leap": "openSUSE:Leap " + minor
        case "opensuse-tumbleweed": "openSUSE:Tumbleweed"
        case "sles": "SUSE:Linux Enterprise Server " + minor
        case "ol": "Oracle:" + major
        case "amzn": "Amazon:" + major
        case "photon": "Photon OS:" + minor
        case "mageia": "Mageia:" + major
        default: nil
        }
    }
}

extension String {
    /// Without characters of a kind at both ends.
    func trimming(_ isUnwanted: (Character) -> Bool) -> String {
        let front = drop(while: isUnwanted)
        guard let last = front.lastIndex(where: { !isUnwanted($0) }) else { return "" }
        return String(front[...last])
    }
}
