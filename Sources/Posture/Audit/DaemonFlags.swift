// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What the engine was told, by its command line and by `daemon.json`; of a flag that both
/// name, the engine itself takes none and does not start.
///
/// Source: Docker's manual, "dockerd", the table of `daemon.json`.
package struct DaemonFlags: Sendable, Hashable {
    /// By the name of `daemon.json`, as text: `true`, `json-file`; lists joined by commas.
    package private(set) var values: [String: String] = [:]

    /// Flags whose names differ from those of `daemon.json`, in which lists are plural.
    private static let renamed = [
        "host": "hosts", "H": "hosts", "l": "log-level", "D": "debug", "s": "storage-driver",
        "insecure-registry": "insecure-registries", "storage-opt": "storage-opts",
        "authorization-plugin": "authorization-plugins", "default-ulimit": "default-ulimits",
        "log-opt": "log-opts", "data-root": "data-root", "graph": "data-root", "g": "data-root",
        "dns-opt": "dns-opts", "label": "labels",
    ]
    private static let switches: Set<String> = [
        "debug", "experimental", "icc", "iptables", "ip6tables", "ip-forward", "ip-masq", "ipv6",
        "live-restore", "no-new-privileges", "raw-logs", "rootless", "selinux-enabled", "tls",
        "tlsverify", "userland-proxy", "validate", "init", "swarm-default-advertise-addr",
    ]

    /// Reads both; nil when `settings` is no JSON object.
    package init?(arguments: [String], settings: [UInt8]?) {
        if let settings, !settings.isEmpty {
            guard let read = try? JSONDecoder().decode([String: Setting].self, from: Data(settings))
            else { return nil }
            for (name, value) in read { values[name] = value.text }
        }
        var index = 1
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("-") else { continue }
            let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
            let written = String(parts.first ?? "")
            let name = Self.renamed[written] ?? written
            if parts.count > 1 {
                add(String(parts[1]), to: name)
            } else if Self.switches.contains(name) {
                values[name] = "true"
            } else if index < arguments.count {
                add(arguments[index], to: name)
                index += 1
            }
        }
    }

    private mutating func add(_ value: String, to name: String) {
        let value = value.trimmingQuotes()
        let isList = name.hasSuffix("s") && name != "tls"
        values[name] =
            isList ? ([values[name], value].compactMap { $0 }.joined(separator: ",")) : value
    }

    /// A value as text; nil when it is not set.
    func text(_ name: String) -> String? { values[name] }

    /// A switch; `standard` when it is not set.
    func isOn(_ name: String, standard: Bool) -> Bool {
        guard let text = values[name]?.lowercased() else { return standard }
        return text == "true" || text == "1"
    }

    func list(_ name: String) -> [String] {
        (values[name] ?? "").split(separator: ",").map(String.init)
    }

    /// A value of `daemon.json`, of whatever kind.
    private enum Setting: Decodable {
        case text(String)
        case list([Setting])
        case object([String: Setting])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .text(value ? "true" : "false")
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode(Double.self) {
                self = .text("\(value)")
            } else if let value = try? container.decode([Setting].self) {
                self = .list(value)
            } else if let value = try? container.decode([String: Setting].self) {
                self = .object(value)
            } else {
                self = .text("")
            }
        }

        var text: String {
            switch self {
            case .text(let text): text
            case .list(let values): values.map(\.text).joined(separator: ",")
            case .object(let members): members.keys.sorted().joined(separator: ",")
            }
        }
    }
}

extension String {
    fileprivate func trimmingQuotes() -> String {
        guard count >= 2, let first, first == last, first == "\"" || first == "'" else {
            return self
        }
        return String(dropFirst().dropLast())
    }
}
