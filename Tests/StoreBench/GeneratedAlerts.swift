// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Alerts as a host with containers makes them: about 1.4 KB each, of web
/// attacks, Docker events and ssh logins, one every 0.7 seconds.
struct GeneratedAlerts {
    private var state: UInt64 = 1
    private var milliseconds: Int64 = 1_788_000_000_000
    private var offset = 0

    private static let attacks = [
        ("31103", 7, "SQL injection attempt.", "/users/?id=SELECT+*+FROM+users"),
        ("31106", 6, "A web attack returned code 200 (success).", "/search?q=union+select+1,2"),
        ("31105", 6, "XSS (Cross Site Scripting) attempt.", "/?q=<script>alert(1)</script>"),
        ("31101", 5, "Web server 400 error code.", "/wp-login.php"),
    ]
    private static let actions = [
        ("87901", 3, "start"), ("87902", 3, "die"), ("87903", 3, "exec_create: sh -c id"),
        ("87904", 7, "pause"), ("87905", 3, "health_status: healthy"),
    ]

    private mutating func number(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(limit))
    }

    /// Appends one line with its end.
    mutating func append(to output: inout [UInt8]) {
        milliseconds += Int64(number(1400))
        let start = output.count
        output.append(text: #"{"timestamp":""#)
        Timestamp(nanoseconds: milliseconds * 1_000_000).appendISO8601(to: &output)
        let id = "\(milliseconds / 1000).\(offset)"
        switch number(10) {
        case 0...4: web(id, &output)
        case 5...6: docker(id, &output)
        default: ssh(id, &output)
        }
        offset = (offset + output.count - start) % (256 << 20)
    }

    private mutating func web(_ id: String, _ output: inout [UInt8]) {
        let (rule, level, description, url) = Self.attacks[number(Self.attacks.count)]
        let address = address()
        let path = "\(url)&n=\(number(50_000))"
        let name = container()
        output.append(
            text: """
                ","rule":{"level":\(level),"description":"\(description)","id":"\(rule)","mitre":{"id":["T1190"],"tactic":["Initial Access"],"technique":["Exploit Public-Facing Application"]},"firedtimes":\(number(5000)),"mail":false,"groups":["web","accesslog","attack"],"pci_dss":["6.5","11.4"],"gdpr":["IV_35.7.d"],"nist_800_53":["SA.11","SI.4"],"tsc":["CC6.6","CC7.1"]},"agent":{"id":"000","name":"host"},"manager":{"name":"host"},"id":"\(id)","full_log":"\(address) - - [23/Nov/2026:12:\(number(60)):\(number(60)) +0000] \\"GET \(path) HTTP/1.1\\" \(number(5) == 0 ? 200 : 404) \(number(9000)) \\"-\\" \\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(100 + number(30)).0 Safari/537.36\\"","decoder":{"name":"web-accesslog"},"data":{"protocol":"GET","srcip":"\(address)","id":"404","url":"\(path)",\(details(name))},"location":"docker:\(name)"}

                """
        )
    }

    private mutating func docker(_ id: String, _ output: inout [UInt8]) {
        let (rule, level, action) = Self.actions[number(Self.actions.count)]
        let name = container()
        output.append(
            text: """
                ","rule":{"level":\(level),"description":"Docker: container \(name): \(action)","id":"\(rule)","firedtimes":\(number(5000)),"mail":false,"groups":["docker"],"gdpr":["IV_32.2"],"hipaa":["164.312.b"]},"agent":{"id":"000","name":"host"},"manager":{"name":"host"},"id":"\(id)","decoder":{"name":"json"},"data":{\(details(name)),"integration":"docker","docker":{"Type":"container","Action":"\(action)","status":"\(action)","from":"nginx:1.25","time":"\(milliseconds / 1000)","timeNano":"\(milliseconds * 1_000_000 + Int64(number(1_000_000)))","scope":"local","Actor":{"ID":"\(Self.digits(name))","Attributes":{"name":"\(name)","image":"nginx:1.25","maintainer":"NGINX Docker Maintainers"}}}},"location":"Wazuh-Docker"}

                """
        )
    }

    private mutating func ssh(_ id: String, _ output: inout [UInt8]) {
        let address = address()
        let user = ["root", "admin", "oracle", "postgres", "deploy"][number(5)]
        let line =
            "Nov 23 12:\(number(60)):\(number(60)) host sshd[\(number(30_000))]: Failed password for invalid user \(user) from \(address) port \(1024 + number(60_000)) ssh2"
        output.append(
            text: """
                ","rule":{"level":5,"description":"sshd: Attempt to login using a non-existent user","id":"5710","mitre":{"id":["T1110.001","T1021.004"],"tactic":["Credential Access","Lateral Movement"],"technique":["Password Guessing","SSH"]},"firedtimes":\(number(5000)),"mail":false,"groups":["syslog","sshd","authentication_failed","invalid_login"],"gdpr":["IV_35.7.d","IV_32.2"],"gpg13":["7.1"],"hipaa":["164.312.b"],"nist_800_53":["AU.14","AC.7","AU.6"],"pci_dss":["10.2.4","10.2.5","10.6.1"],"tsc":["CC6.1","CC6.8","CC7.2","CC7.3"]},"agent":{"id":"000","name":"host"},"manager":{"name":"host"},"id":"\(id)","previous_output":"\(line)\\n\(line)","full_log":"\(line)","predecoder":{"program_name":"sshd","timestamp":"Nov 23 12:46:15","hostname":"host"},"decoder":{"parent":"sshd","name":"sshd"},"data":{"srcip":"\(address)","srcport":"\(1024 + number(60_000))","srcuser":"\(user)"},"location":"/var/log/auth.log"}

                """
        )
    }

    private mutating func address() -> String {
        // A few that come often, and very many.
        number(3) == 0
            ? "198.51.100.\(number(20))"
            : "\(1 + number(220)).\(number(30)).\(number(8)).\(number(4))"
    }

    private mutating func container() -> String { "shop-web-\(number(40))" }

    private static func digits(_ name: String) -> String {
        var text = ""
        var value: UInt64 = 14_695_981_039_346_656_037
        while text.count < 64 {
            for byte in name.utf8 { value = (value ^ UInt64(byte)) &* 1_099_511_628_211 }
            text += String(value, radix: 16)
        }
        return String(text.prefix(64))
    }

    private func details(_ name: String) -> String {
        #""container":{"id":"\#(Self.digits(name))","name":"\#(name)","image":"nginx:1.25","image_id":"sha256:\#(Self.digits("nginx"))","compose":{"project":"shop","service":"web"},"labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"web","maintainer":"NGINX Docker Maintainers","team":"shop"}}"#
    }
}
