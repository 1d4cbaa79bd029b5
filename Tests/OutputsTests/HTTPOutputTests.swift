// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs
import Testing

@Suite("Outputs over HTTP", .timeLimit(.minutes(1)))
struct HTTPOutputTests {
    private static func send(_ kind: OutputKind, _ alerts: [OutputAlert]) async throws {
        let transport = Output(name: "test", kind: kind).transport(Samples.surroundings())
        defer { _ = transport }
        do {
            _ = try await transport.deliver(OutgoingMessage(.alerts(alerts), key: "test-1-1"))
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    private static func code(
        _ answer: HTTPReceiver.Answer,
        _ change: (inout HTTPEndpoint) -> Void = { _ in }
    ) async throws -> OutputError? {
        let receiver = try await HTTPReceiver([answer])
        var endpoint = receiver.endpoint()
        endpoint.timeoutSeconds = 1
        change(&endpoint)
        do {
            try await send(.slack(endpoint, options: nil), [try Samples.alert(1)])
            return nil
        } catch let error as OutputError {
            return error
        }
    }

    @Test("Slack gets what Wazuh's integration sends")
    func slack() async throws {
        let receiver = try await HTTPReceiver()
        try await Self.send(
            .slack(receiver.endpoint(), options: ["footer": "x"]),
            [Samples.alert(1)]
        )
        let attachment = try #require(receiver.taken.first?.json?["attachments"])
        guard case .array(let attachments) = attachment, let first = attachments.first else {
            Issue.record("no attachment")
            return
        }

        #expect(first["color"] == "warning")
        #expect(first["pretext"] == "WAZUH Alert")
        #expect(first["title"] == "SQL injection attempt.")
        #expect(first["text"] == "GET /?id=1")
        #expect(first["ts"] == "1795437975.1")
        #expect(first["footer"] == "x")
        guard case .array(let fields) = first["fields"] else {
            Issue.record("no fields")
            return
        }
        #expect(fields[0] == ["title": "Agent", "value": "(000) - watch"])
        #expect(fields[1] == ["title": "Location", "value": "docker:shop"])
        #expect(fields[2] == ["title": "Rule ID", "value": "31103 _(Level 6)_"])
        #expect(receiver.taken.first?.header("Idempotency-Key") == "test-1-1")
    }

    @Test(
        "the severity of PagerDuty reaches its upper levels",
        arguments: [
            (6, "info"), (7, "warning"), (9, "warning"), (10, "error"), (12, "error"),
            (13, "critical"),
        ]
    )
    func pagerDuty(level: Int, severity: JSONTree) async throws {
        let receiver = try await HTTPReceiver()
        let kind = OutputKind.pagerDuty(
            key: Secret(.text("k")),
            receiver.endpoint(),
            options: nil
        )
        try await Self.send(kind, [try Samples.alert(1, level: level)])
        let event = try #require(receiver.taken.first?.json)

        #expect(event.at("payload.severity") == severity)
        #expect(event["routing_key"] == "k")
        #expect(event.at("payload.group") == "web, attack")
        #expect(event.at("payload.custom_details.rule.id") == "31103")
    }

    @Test("documents go to Wazuh's index of their day, each with its own id, dots in keys as _")
    func bulk() async throws {
        let receiver = try await HTTPReceiver([.status(200, body: #"{"errors":false,"items":[]}"#)])
        let line =
            #"{"timestamp":"2026-11-23T23:30:00.000-0100","rule":{"level":3,"id":"1"},"#
            + #""id":"5.1","manager":{"name":"m"},"data":{"labels":{"com.docker":"x"}}}"#
        let alert = try #require(OutputAlert(line: Array(line.utf8)))
        try await Self.send(.bulk(receiver.endpoint(""), prefix: "wazuh-alerts-4.x-"), [alert])

        let request = try #require(receiver.taken.first)
        #expect(request.path == "/_bulk")
        let lines = request.text.split(separator: "\n")
        #expect(
            lines.first == #"{"create":{"_index":"wazuh-alerts-4.x-2026.11.24","_id":"m-5.1"}}"#
        )
        #expect(lines.last?.contains(#""labels":{"com_docker":"x"}"#) == true)
        #expect(
            lines.last?.hasSuffix(
                #""@timestamp":"2026-11-23T23:30:00.000-0100","input":{"type":"log"}}"#
            ) == true
        )
    }

    @Test("a document has the place of its source address where that is known")
    func place() async throws {
        let receiver = try await HTTPReceiver([
            .status(200, body: #"{"errors":false,"items":[]}"#)
        ])
        var surroundings = Samples.surroundings()
        surroundings.place = { $0 == "203.0.113.9" ? ["country_name": "France"] : nil }
        let kind = OutputKind.bulk(receiver.endpoint(""), prefix: "p-")
        let transport = Output(name: "t", kind: kind).transport(surroundings)
        let alerts = try [Samples.alert(1), Samples.hostile("x")]
        _ = try await transport.deliver(OutgoingMessage(.alerts(alerts), key: "k"))
        await transport.shutdown()

        let lines = try #require(receiver.taken.first).text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1].hasSuffix(#","GeoLocation":{"country_name":"France"}}"#))
        #expect(!lines[3].contains("GeoLocation"))
    }

    @Test(
        "what a status means",
        arguments: [
            (400, OutputError.Code.refused), (401, .denied), (403, .denied), (404, .denied),
            (408, .busy), (413, .refused), (429, .busy), (500, .busy), (503, .busy), (302, .denied),
        ]
    )
    func statuses(status: Int, code: OutputError.Code) async throws {
        #expect(try await Self.code(.status(status))?.code == code)
    }

    @Test("a redirect is not followed, wherever it leads")
    func redirect() async throws {
        let other = try await HTTPReceiver()
        let answer = HTTPReceiver.Answer.status(307, headers: [("Location", other.url)])
        #expect(try await Self.code(answer)?.code == .denied)
        #expect(other.all.isEmpty)
    }

    @Test("what the receiver asks for is heard")
    func retryAfter() async throws {
        let answer = HTTPReceiver.Answer.status(429, headers: [("Retry-After", "17")])
        #expect(try await Self.code(answer)?.retryAfterSeconds == 17)
    }

    @Test("a receiver that hangs or hangs up is a broken connection", arguments: [true, false])
    func hanging(hangs: Bool) async throws {
        #expect(try await Self.code(hangs ? .hang : .close)?.code == .connection)
    }

    @Test("without permission nothing goes to plain HTTP, nor by a name to an internal address")
    func permissions() async throws {
        #expect(try await Self.code(.status(200)) { $0.allowsPlain = false }?.code == .address)
        let receiver = try await HTTPReceiver()
        var endpoint = HTTPEndpoint(
            url: Secret(.text("http://localhost:\(receiver.port)/hook"))
        )
        endpoint.allowsPlain = true
        await #expect(throws: OutputError.self) {
            try await Self.send(.slack(endpoint, options: nil), [try Samples.alert(1)])
        }
        #expect(receiver.all.isEmpty)
        endpoint.allowsInternal = true
        try await Self.send(.slack(endpoint, options: nil), [try Samples.alert(1)])
        #expect(receiver.taken.count == 1)
    }

    @Test("no error and no target tells the secret of a URL")
    func secrets() async throws {
        let answer = HTTPReceiver.Answer.status(404)
        let error = try await Self.code(answer) { endpoint in
            #expect("\(endpoint)".contains("127.0.0.1") == false)
        }
        #expect(error?.message.contains("/hook") == false)
        for bad in ["ftp://secret", "https://user:secret@host/", "https://ho st/secret"] {
            let kind = OutputKind.slack(HTTPEndpoint(url: Secret(.text(bad))), options: nil)
            let failure = await #expect(throws: OutputError.self) {
                try await Self.send(kind, [try Samples.alert(1)])
            }
            #expect(failure?.message.contains("secret") == false)
        }
    }

    private static let hostile = [
        "<!channel> <@U1> <https://evil|click>", "@everyone @here", "*a* _b_ ~c~ `d`",
        "</pre><a href=\"https://evil\">x</a>", "[x](https://evil)", "```\n@everyone",
        "\u{202E}txt.exe\u{1B}[31m", "<\u{338}!channel>", "{{full_log}} {{title}}", "\r\nX: y",
    ]

    @Test("text of a log calls nobody, links nowhere and hides nothing", arguments: hostile)
    func neutral(text: String) async throws {
        let receiver = try await HTTPReceiver()
        let templates: [WebhookTemplate] = [
            .slack, .teams, .discord, .mattermost, .ntfy, .telegram(chat: "1"),
        ]
        for template in templates {
            let kind = OutputKind.webhook(
                template,
                receiver.endpoint(),
                topic: "t",
                options: nil
            )
            try await Self.send(kind, [try Samples.hostile(text)])
            let body = try #require(receiver.taken.last)
            #expect(body.json != nil)
            for mark in ["\u{202E}", "\\u001b", "\u{1B}", "\\r"] {
                #expect(!body.text.replacing("\\\\r", with: "").contains(mark), "\(template.name)")
            }
            switch template {
            case .slack:
                for mark in ["<!", "<@", "<http", "<\u{338}"] { #expect(!body.text.contains(mark)) }
            case .telegram:
                for mark in ["<a ", "</pre><"] { #expect(!body.text.contains(mark)) }
            case .discord, .mattermost:
                for mark in ["@everyone", "@here"] {
                    #expect(!body.text.contains(mark), "\(template.name)")
                }
                // One fence, which nothing closes; outside of it no link.
                let parts = body.text.split(separator: "```", omittingEmptySubsequences: false)
                #expect(parts.count == 3, "\(template.name)")
                #expect(!parts[0].contains("](http"), "\(template.name)")
            default: break
            }
        }
    }

    @Test("a template of the owner's is filled with text, which fills nothing itself")
    func ownTemplate() async throws {
        let receiver = try await HTTPReceiver()
        let template: JSONTree = [
            "msg": "{{rule.description}} on {{data.container.name}}", "n": 5,
            "raw": "{{ full_log }}", "none": "{{nothing}}|{{", "level": "{{level}}",
        ]
        let kind = OutputKind.webhook(.own(template), receiver.endpoint(), topic: "", options: nil)
        try await Self.send(kind, [try Samples.alert(1)])
        try await Self.send(kind, [try Samples.hostile("{{rule.id}}\"}")])

        #expect(
            receiver.taken.first?.text
                == #"{"msg":"SQL injection attempt. on shop","n":5,"raw":"GET /?id=1","none":"|{{","level":"6"}"#
        )
        #expect(receiver.taken.last?.json?["raw"] == "{{rule.id}}\"}")
    }
}
