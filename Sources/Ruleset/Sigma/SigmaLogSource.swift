// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Which events a Sigma rule is about.
package struct SigmaLogSource: Sendable, Hashable {
    /// Its parts with slashes: `linux/sshd`, `webserver`.
    package let name: String
    /// Of each list one sign must hold; no lists stand for all events.
    package let requirements: [[Sign]]

    /// Something by which events are told apart.
    package enum Sign: Sendable, Hashable {
        /// A ``LogDecoder/nameID``.
        case decoder(Int)
        case category(EventCategory)
        case otherCategory(than: EventCategory)
        /// The program's name, in lower case; `isPrefix` says it may go on.
        case program([UInt8], isPrefix: Bool)
        case anyProgram
        /// The Docker engine's events: the field is `docker`.
        case dockerEvents(FieldName)
    }
}

/// Reads `logsource`.
///
/// Source: Sigma rules specification 2.0, "LogSource"; taxonomy appendix.
struct SigmaLogSourceReader {
    let decoders: DecoderNames

    /// The source, or nil when it is reported: Jaga cannot tell its events.
    func read(_ node: SigmaNode, _ context: inout LoadingContext) -> SigmaLogSource? {
        guard let entries = node.entries else {
            context.log.error(
                .badValue,
                at: node.location,
                "logsource is \(node.kindName)",
                hint: "write product:, service: or category: below it"
            )
            return nil
        }
        var parts: [String: SigmaNode.Entry] = [:]
        for entry in entries {
            switch entry.key {
            case "category", "product", "service": parts[entry.key] = entry
            default: continue
            }
        }
        guard !parts.isEmpty else {
            context.log.error(
                .missingOption,
                at: node.location,
                "logsource names no product, service or category"
            )
            return nil
        }
        return source(parts, &context)
    }

    private func source(
        _ parts: [String: SigmaNode.Entry],
        _ context: inout LoadingContext
    ) -> SigmaLogSource? {
        var requirements: [[SigmaLogSource.Sign]] = []
        for (key, find) in [("product", product), ("category", category), ("service", service)] {
            guard let entry = parts[key] else { continue }
            let word = entry.value.text?.lowercased() ?? ""
            guard let signs = find(word, &context.fieldNames) else {
                refuse(entry, word, &context.log)
                return nil
            }
            if !signs.isEmpty { requirements.append(signs) }
        }
        let names = ["product", "category", "service"].compactMap { parts[$0]?.value.text }
        return SigmaLogSource(
            name: names.map { $0.lowercased() }.joined(separator: "/"),
            requirements: requirements
        )
    }

    private func refuse(_ entry: SigmaNode.Entry, _ word: String, _ log: inout DiagnosticLog) {
        let known: [String] =
            switch entry.key {
            case "product": ["linux", "nginx", "apache", "docker"]
            case "category":
                ["webserver", "proxy", "firewall", "antivirus", "application", "database"]
            default: SigmaService.names
            }
        let more = entry.key == "service" ? ", or a decoder's name" : ""
        log.warning(
            .unsupported,
            at: entry.value.location,
            "logsource \(entry.key) \"\(word)\": Jaga has no such events; the rule is skipped",
            hint: "known: " + known.joined(separator: ", ") + more
        )
    }

    // MARK: Parts

    /// Empty signs: the part tells nothing that Jaga could look at.
    private func product(_ word: String, _ names: inout FieldNameTable) -> [SigmaLogSource.Sign]? {
        switch word {
        case "linux": [.otherCategory(than: .windows)]
        case "nginx", "apache", "docker": service(word, &names)
        // Keywords of such rules say what wrote the line.
        case "python", "django", "ruby_on_rails", "spring", "sql", "jvm", "nodejs", "velocity": []
        default: nil
        }
    }

    private func category(_ word: String, _ names: inout FieldNameTable) -> [SigmaLogSource.Sign]? {
        switch word {
        case "webserver": [.category(.webLog)]
        case "proxy": [.category(.squid)]
        case "firewall": [.category(.firewall)]
        case "antivirus": service("clamav", &names)
        case "application", "database": [.category(.syslog)]
        default: nil
        }
    }

    private func service(_ word: String, _ names: inout FieldNameTable) -> [SigmaLogSource.Sign]? {
        guard let known = SigmaService(named: word) else {
            guard !word.isEmpty, let number = decoders.number(of: word) else { return nil }
            return [.decoder(number), .program(Array(word.utf8), isPrefix: false)]
        }
        var signs: [SigmaLogSource.Sign] = known.decoders
            .compactMap { decoders.number(of: $0).map { .decoder($0) } }
        signs += known.programs.map { program in
            let isPrefix = program.hasSuffix("*")
            return .program(
                Array((isPrefix ? program.dropLast() : program[...]).utf8),
                isPrefix: isPrefix
            )
        }
        if word == "syslog" { signs.append(.anyProgram) }
        if word == "docker" { signs.append(.dockerEvents(names.intern("integration"))) }
        return signs
    }
}

/// A `service` that Jaga knows.
private struct SigmaService {
    /// Names of decoders, Jaga's and Wazuh's.
    let decoders: [String]
    /// Programs that write it; a star stands for any ending.
    let programs: [String]

    init?(named name: String) {
        guard let row = Self.table[name] else { return nil }
        decoders = row.decoders
        programs = row.programs
    }

    /// All names, in alphabetical order.
    static var names: [String] { table.keys.sorted() }

    private static let table: [String: (decoders: [String], programs: [String])] = [
        "apache": (["apache-errorlog", "web-accesslog"], ["apache*", "httpd*"]),
        "auditd": (["auditd"], ["audisp*", "auditd"]),
        "auth": (
            ["account-tool", "pam", "sshd", "su", "sudo"],
            [
                "sshd*", "sudo", "su", "login", "passwd", "useradd", "usermod", "userdel",
                "groupadd", "groupmod", "groupdel", "adduser", "deluser", "chage", "gpasswd",
                "pkexec", "polkitd", "runuser", "doas", "systemd-logind", "cron*",
            ]
        ),
        "clamav": (["clamd", "freshclam"], ["clam*", "freshclam"]),
        "cron": (["crond"], ["cron*", "anacron"]),
        "docker": (["docker-daemon"], ["docker*", "containerd"]),
        "guacamole": ([], ["guacd"]),
        "nginx": (["nginx-errorlog", "web-accesslog"], ["nginx*"]),
        "sshd": (["sshd"], ["sshd*"]),
        "sudo": (["sudo"], ["sudo"]),
        "syslog": ([], []),
        "vsftpd": (["vsftpd"], ["vsftpd"]),
    ]
}
