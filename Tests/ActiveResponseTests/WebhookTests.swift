// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Foundation
import JagaTesting
import Testing

@Suite("Webhooks")
struct WebhookTests {
    private static func act(_ address: String) throws -> PlannedAct {
        var command = ResponseCommand(name: "tell", executable: "webhook")
        command.arguments = [address]
        var response = Response(command: command, place: .local)
        response.ruleIDs = [31103]
        response.mode = .enforce
        var state = Samples.state(response)
        guard let alert = Samples.alert(),
            case .perform(let act)? = state.received(alert, at: 5).first
        else { throw Samples.NoAct() }
        return act
    }

    @Test("the alert is sent as scripts get it, without the address it goes to")
    func sent() async throws {
        let receiver = try ScriptedDockerEngine(at: .loopback)
        defer { receiver.stop() }
        receiver.answer("/hook", with: .json("{}", status: 202))
        try await ScriptedHost.run { host in
            let act = try Self.act("http://127.0.0.1:\(receiver.port)/hook?key=secret")
            let (_, outcome) = try await host.perform(act)
            #expect(outcome == .doneForGood("the receiver answered 202"))
            let request = try #require(receiver.seen.first)
            #expect(request.method == "POST")
            #expect(request.headers["content-type"] == "application/json")
            let body = request.body
            #expect(
                body.hasPrefix(#"{"version":1,"origin":{"name":"jaga","module":"wazuh-execd"}"#)
            )
            #expect(
                body.contains(#""command":"add","parameters":{"extra_args":[],"alert":{"rule""#)
            )
            #expect(!body.contains("secret"))
        }
    }

    @Test(
        "a receiver that refuses, leads elsewhere or is not there is a failure",
        arguments: [
            500, 404, 302, 0,
        ]
    )
    func failures(status: Int) async throws {
        let receiver = try ScriptedDockerEngine(at: .loopback)
        defer { receiver.stop() }
        receiver.answer("/hook", with: .json("{}", status: status))
        if status == 0 { receiver.stop() }
        try await ScriptedHost.run { host in
            let act = try Self.act("http://127.0.0.1:\(receiver.port)/hook?key=secret")
            let error = await #expect(throws: ResponseError.self) {
                try await host.perform(act)
            }
            #expect(error?.message.contains("webhook at 127.0.0.1") == true)
            #expect(error?.message.contains("secret") == false)
            #expect(receiver.seen.count == (status == 0 ? 0 : 1))
        }
    }

    @Test(
        "alerts leave this host encrypted or not at all",
        arguments: [
            ("https://hooks.example/a?b", true), ("https://[2001:db8::1]:8443/", true),
            ("http://localhost:8080/", true), ("http://[::1]/", true),
            ("http://hooks.example/", false), ("http://127.0.0.1@evil.example/", false),
            ("http://localhost.evil.example/", false), ("https://", false), ("ftp://a/", false),
            ("", false), ("https://a/\r\nX: y", false), ("file:///etc/passwd", false),
        ]
    )
    func addresses(address: String, isUsable: Bool) {
        #expect(WebhookAddress.isUsable(address) == isUsable)
    }
}
