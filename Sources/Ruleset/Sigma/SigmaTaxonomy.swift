// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What Sigma's field names stand for in events.
///
/// Source: Sigma taxonomy appendix 2.0 (webserver, proxy, auditd); names of Wazuh's
/// and Jaga's decoders.
struct SigmaTaxonomy {
    /// Whether the rule is about auditd, whose short names mean other things
    /// elsewhere.
    let isAudit: Bool

    /// Where an event may have a field.
    func field(_ name: String, _ names: inout FieldNameTable) -> SigmaField {
        var views: [SigmaView] = []
        for view in known(name) ?? [] { views.append(Self.view(view, &names)) }
        if views != [.wholeText] {
            let own = Self.own(name)
            let itself = Self.view(own, &names)
            if !views.contains(itself) { views.append(itself) }
        }
        return SigmaField(name: name, views: views)
    }

    /// Keywords look at everything.
    static let keywords = SigmaField(name: "", views: [.wholeText])

    /// A view in words: `PART:FIELD`.
    private func known(_ name: String) -> [String]? {
        if isAudit, let audit = Self.audit[name] { return audit }
        if isAudit, name.first == "a", Int(name.dropFirst()) != nil {
            return ["audit.execve.\(name)"]
        }
        return Self.names[name.lowercased()]
    }

    /// The name itself: a leading `data.` is the alert's, not the event's.
    private static func own(_ name: String) -> String {
        name.hasPrefix("data.") ? String(name.dropFirst("data.".count)) : name
    }

    private static func view(_ word: String, _ names: inout FieldNameTable) -> SigmaView {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        guard parts.count == 2, let part = Part(rawValue: parts[0]) else {
            return .field(reference(word, &names))
        }
        let field = reference(parts[1], &names)
        switch part {
        case .text: return .wholeText
        case .path: return .path(field)
        case .query: return .query(field)
        case .ending: return .fileExtension(field)
        }
    }

    private enum Part: String {
        case text, path, query, ending
    }

    private static func reference(_ name: String, _ names: inout FieldNameTable) -> FieldReference {
        switch name {
        case "log": .log
        case "program_name": .programName
        case "hostname": .hostname
        case "location": .location
        case "user": .user
        default:
            if let field = StaticField.allCases.first(where: { $0.name == name }) {
                .fixed(field)
            } else {
                .dynamic(names.intern(name))
            }
        }
    }

    /// In lower case.
    private static let names: [String: [String]] = [
        // Web servers and proxies
        "c-ip": ["srcip"],
        "c-uri": ["url"],
        "c-uri-extension": ["ending:url"],
        "c-uri-query": ["query:url", "url"],
        "c-uri-stem": ["path:url"],
        "c-useragent": ["http.user_agent"],
        "cs-host": ["http.host"],
        "cs-method": ["http.method", "protocol"],
        "cs-referer": ["http.referrer"],
        "cs-referrer": ["http.referrer"],
        "cs-uri": ["url"],
        "cs-uri-extension": ["ending:url"],
        // Many rules look in it for the path, too.
        "cs-uri-query": ["query:url", "url"],
        "cs-uri-stem": ["path:url"],
        "cs-user-agent": ["http.user_agent"],
        "cs-username": ["http.user"],
        "cs-version": ["http.version"],
        "sc-bytes": ["http.bytes"],
        "sc-status": ["http.status_code", "id"],
        // Addresses and people
        "src_ip": ["srcip"], "sourceip": ["srcip"], "source.ip": ["srcip"],
        "dst_ip": ["dstip"], "destinationip": ["dstip"], "destination.ip": ["dstip"],
        "src_port": ["srcport"], "sourceport": ["srcport"], "source.port": ["srcport"],
        "dst_port": ["dstport"], "destinationport": ["dstport"], "destination.port": ["dstport"],
        "user": ["user", "http.user"], "username": ["user", "http.user"],
        // The event's head and text
        "computername": ["hostname"], "host": ["hostname"],
        "program": ["program_name"], "process": ["program_name"],
        "message": ["log"],
        "full_log": ["text:"],
    ]

    /// Of auditd, as Wazuh's decoders name them.
    private static let audit: [String: [String]] = [
        "type": ["audit.type"],
        "exe": ["audit.exe"],
        "comm": ["audit.command"],
        "key": ["audit.key"],
        "syscall": ["audit.syscall", "audit.syscall_name"],
        "SYSCALL": ["audit.syscall", "audit.syscall_name"],
        "success": ["audit.success"],
        "exit": ["audit.exit"],
        "pid": ["audit.pid"],
        "ppid": ["audit.ppid"],
        "uid": ["audit.uid"],
        "auid": ["audit.auid"],
        "euid": ["audit.euid"],
        "gid": ["audit.gid"],
        "tty": ["audit.tty"],
        "ses": ["audit.session"],
        "cwd": ["audit.cwd"],
        "name": ["audit.file.name", "audit.directory.name"],
    ]
}
