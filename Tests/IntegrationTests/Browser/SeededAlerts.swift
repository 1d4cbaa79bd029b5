// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting

/// A record of alerts made up for a page to show: the acts and attacks of a small
/// shop's day, the same for the same seed.
struct SeededAlerts {
    /// A day's alerts, oldest first; the last one lies just before `end`.
    static func day(count: Int, seed: UInt64, end: Date) -> [String] {
        var maker = SeededAlerts(seed: seed)
        return (0..<count).map { index in
            // Denser towards the evening, with a wave of attacks in between.
            let share = Double(index + 1) / Double(count)
            let age = 86_000 * pow(1 - share, 1.35)
            return maker.alert(at: end.addingTimeInterval(-age), number: index)
        }
    }

    /// Makes them the record of a data folder that no Jaga has used yet.
    static func write(_ alerts: [String], to data: String) throws {
        try FileManager.default.createDirectory(
            atPath: data + "/alerts",
            withIntermediateDirectories: true
        )
        try (alerts.joined(separator: "\n") + "\n").write(
            toFile: data + "/alerts/alerts.json",
            atomically: false,
            encoding: .utf8
        )
    }

    static let containers = [
        ("web", "nginx:1.27"), ("api", "shop/api:3.4"), ("db", "postgres:16"),
        ("cache", "redis:7"), ("worker", "shop/worker:3.4"), ("mail", "postfix:3.9"),
    ]

    /// The 64 digits of a container.
    static func id(of name: String) -> String {
        let index = containers.firstIndex { $0.0 == name } ?? 0
        return String(repeating: String(index + 1, radix: 16), count: 64)
    }

    private var random: SeededGenerator

    private init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    private mutating func alert(at time: Date, number: Int) -> String {
        switch random.next() % 100 {
        case ..<34: return web(time, number)
        case ..<52: return act(time, number)
        case ..<86: return scan(time, number)
        default: return login(time, number)
        }
    }

    private mutating func web(_ time: Date, _ number: Int) -> String {
        let kinds = [
            (31103, 7, "Web: SQL injection in the URL", "sql_injection", "T1190"),
            (31105, 6, "Web: cross-site scripting in the URL", "attack", "T1059.007"),
            (31104, 6, "Web: common web attack", "attack", "T1190"),
            (31166, 15, "Web: Shellshock attack", "attack", "T1190"),
        ]
        let urls = [
            "/users/?id=SELECT+*+FROM+users", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
            "/download?file=../../../../etc/passwd", "/cgi-bin/status",
        ]
        let pick = random.next() % 40 == 0 ? 3 : Int(random.next() % 3)
        let kind = kinds[pick]
        let address = "203.0.113.\(4 + random.next() % 6)"
        let log =
            #"\#(address) - - [27/Nov/2026:08:00:00 +0000] \"GET \#(urls[pick]) HTTP/1.1\" 404 153 \"-\" \"curl/8.5\""#
        return line(
            time,
            number,
            rule: (kind.0, kind.1, kind.2, ["web", "accesslog", kind.3], kind.4),
            container: Self.containers[Int(random.next() % 2)],
            data: #""protocol":"GET","srcip":"\#(address)","id":"404","url":"\#(urls[pick])""#,
            log: log,
            location: "docker:web"
        )
    }

    private mutating func act(_ time: Date, _ number: Int) -> String {
        let acts = [
            (87903, 3, "started", "start"), (87904, 3, "stopped", "stop"),
            (87901, 3, "created", "create"), (87907, 7, "ran a shell", "exec_create: sh"),
            (87905, 3, "paused", "pause"), (87928, 3, "connected to a network", "connect"),
        ]
        let act = acts[Int(random.next() % UInt64(acts.count))]
        let container = Self.containers[Int(random.next() % UInt64(Self.containers.count))]
        let type = act.0 == 87928 ? "network" : "container"
        let docker = """
            "integration":"docker","docker":{"Type":"\(type)","Action":"\(act.3)","Actor":\
            {"Attributes":{"image":"\(container.1)","name":"\(container.0)"}}}
            """
        return line(
            time,
            number,
            rule: (act.0, act.1, "Docker: container \(container.0) \(act.2)", ["docker"], nil),
            container: container,
            data: docker,
            log: #"{\"integration\":\"docker\",\"docker\":{\"Action\":\"\#(act.3)\"}}"#,
            location: "Wazuh-Docker"
        )
    }

    private mutating func scan(_ time: Date, _ number: Int) -> String {
        let address = "198.51.100.\(10 + random.next() % 3)"
        let path = ["/.env", "/wp-login.php", "/admin", "/.git/config"][Int(random.next() % 4)]
        return line(
            time,
            number,
            rule: (31101, 5, "Web: request refused with 404", ["web", "accesslog"], nil),
            container: Self.containers[0],
            data: #""protocol":"GET","srcip":"\#(address)","id":"404","url":"\#(path)""#,
            log: #"\#(address) - - \"GET \#(path) HTTP/1.1\" 404 153"#,
            location: "docker:web"
        )
    }

    private mutating func login(_ time: Date, _ number: Int) -> String {
        let fails = random.next() % 4 != 0
        let address = "192.0.2.\(1 + random.next() % 9)"
        return line(
            time,
            number,
            rule: fails
                ? (
                    5760, 5, "sshd: authentication failed", ["sshd", "authentication_failed"],
                    "T1110"
                )
                : (
                    5715, 3, "sshd: authentication success", ["sshd", "authentication_success"],
                    "T1078"
                ),
            container: nil,
            data: #""srcip":"\#(address)","dstuser":"deploy""#,
            log: "sshd[811]: \(fails ? "Failed" : "Accepted") password for deploy from \(address)",
            location: "/var/log/auth.log"
        )
    }

    private func line(
        _ time: Date,
        _ number: Int,
        rule: (id: Int, level: Int, text: String, groups: [String], technique: String?),
        container: (name: String, image: String)?,
        data: String,
        log: String,
        location: String
    ) -> String {
        let groups = rule.groups.map { "\"\($0)\"" }.joined(separator: ",")
        let mitre =
            rule.technique.map {
                #""mitre":{"id":["\#($0)"],"tactic":["Initial Access"],"technique":["\#(Self.techniques[$0] ?? $0)"]},"#
            } ?? ""
        let identity =
            container.map { container in
                let id = Self.id(of: container.name)
                return
                    #""container":{"id":"\#(id)","name":"\#(container.name)","image":"\#(container.image)","image_id":"sha256:1","compose":{"project":"shop","service":"\#(container.name)"}},"#
            } ?? ""
        return """
            {"timestamp":"\(Self.stamp(time))","rule":{"level":\(rule.level),"description":"\(rule.text)",\
            "id":"\(rule.id)",\(mitre)"firedtimes":1,"mail":false,"groups":[\(groups)]},\
            "agent":{"id":"000","name":"shop-1"},"manager":{"name":"shop-1"},\
            "id":"\(Int(time.timeIntervalSince1970)).\(number * 700)","full_log":"\(log)",\
            "decoder":{"name":"json"},"data":{\(identity)\(data)},"location":"\(location)"}
            """
    }

    private static let techniques = [
        "T1190": "Exploit Public-Facing Application", "T1059.007": "JavaScript",
        "T1110": "Brute Force", "T1078": "Valid Accounts",
    ]

    static func stamp(_ time: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss.SSS'+0000'"
        return formatter.string(from: time)
    }
}
