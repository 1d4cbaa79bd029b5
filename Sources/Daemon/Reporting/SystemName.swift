// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What an agent says of the system it runs on.
///
/// `SYSNAME |NODE |RELEASE |VERSION |MACHINE [NAME|ID: VERSION (CODENAME)] - Wazuh vX.Y.Z`
/// Source: around-the-engine.md §5.7.
enum SystemName {
    /// The line of this host, with the version of Wazuh that is spoken.
    static func line(wazuhVersion: String) -> String {
        var names = utsname()
        uname(&names)
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        let system = [
            text(names.sysname), text(names.nodename), text(names.release), text(names.version),
            text(names.machine),
        ].joined(separator: " |")
        return "\(system) [\(distribution())] - Wazuh \(wazuhVersion)"
    }

    /// Source: os-release(5).
    private static func distribution() -> String {
        // Without the file little is known, and said.
        let bytes = (try? FileSystem.contents(of: "/etc/os-release", limit: 64 << 10)) ?? []
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[String(parts[0])] = String(parts[1].filter { $0 != "\"" && $0 != "'" })
        }
        let codename = values["VERSION_CODENAME"].map { " (\($0))" } ?? ""
        let version = (values["VERSION_ID"] ?? "") + codename
        return "\(values["NAME"] ?? "Linux")|\(values["ID"] ?? "linux"): \(version)"
    }
}
