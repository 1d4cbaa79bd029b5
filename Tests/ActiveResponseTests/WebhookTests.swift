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
        var response = Response(command: command, places: [.local])
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
        let address = "http://127.0.0.1:\(receiver.port)/hook?key=secret"
        try await ScriptedHost.run(webhook: address) { host in
            let act = try Self.act(address)
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
        let address = "http://127.0.0.1:\(receiver.port)/hook?key=secret"
        try await ScriptedHost.run(webhook: address) { host in
            let act = try Self.act(address)
            let error = await #expect(throws: ResponseError.self) {
                try await host.perform(act)
            }
            #expect(error?.message.contains("webhook at 127.0.0.1") == true)
            #expect(error?.message.contains("secret") == false)
            #expect(receiver.seen.count == (status == 0 ? 0 : 1))
        }
    }

    @Test("neither the act nor its journal holds the address; its host alone is left")
    func journal() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/journal"
        let address = "https://user:secret@hooks.example/secret?key=secret"
        let act = try Self.act(address)
        #expect(act.script?.arguments == ["hooks.example"])

        // As an earlier release wrote it: the next start writes it anew without.
        var old = act
        old.script?.arguments = [address]
        try ResponseJournal(path: path).append(.begun(old, ActMemory()))
        let history = try ResponseJournal(path: path).history
        #expect(history.standing.first?.act.script?.arguments == ["hooks.example"])
        #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("secret"))
    }

    @Test("an alert of an agent is sent from here, once, wherever the response is to act")
    func fromHere() throws {
        var command = ResponseCommand(name: "tell", executable: "webhook")
        command.arguments = ["https://hooks.example/"]
        var response = Response(command: command, places: [.local, .all])
        response.ruleIDs = [31103]
        response.mode = .enforce
        var state = Samples.state(response)
        let alert = try #require(Samples.alert())
        let agents = state.received(alert, agents: ["100001"], at: 5).compactMap { decision in
            if case .perform(let act) = decision { act.agent } else { nil }
        }
        #expect(agents == ["000"])
    }

    @Test("an undo whose command is in the settings no more tells nobody, and is one")
    func forgotten() async throws {
        try await ScriptedHost.run { host in
            let act = try Self.act("https://hooks.example/")
            #expect(
                try await host.performer.prepare(act) == .refused("it sends to no https address")
            )
            let text = try await host.undo(act, ActMemory())
            #expect(text == "nobody is told: the settings have no command tell any more")
        }
    }

    @Test("the address may stand in a file, which is not for everybody")
    func file() async throws {
        let receiver = try ScriptedDockerEngine(at: .loopback)
        defer { receiver.stop() }
        receiver.answer("/hook", with: .json("{}", status: 202))
        let folder = try TemporaryFolder()
        let path = folder.path + "/hook"
        try "http://127.0.0.1:\(receiver.port)/hook\n".write(
            toFile: path,
            atomically: false,
            encoding: .utf8
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try await ScriptedHost.run(webhook: "file:" + path) { host in
            let act = try Self.act("file:" + path)
            let (_, outcome) = try await host.perform(act)
            #expect(outcome == .doneForGood("the receiver answered 202"))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let error = await #expect(throws: ResponseError.self) { try await host.perform(act) }
            #expect(error?.message.contains("everybody may read") == true)
        }
    }

    @Test(
        "alerts leave this host encrypted or not at all",
        arguments: [
            ("https://hooks.example/a?b", true), ("https://[2001:db8::1]:8443/", true),
            ("http://localhost:8080/", true), ("http://[::1]/", true),
            ("http://hooks.example/", false), ("http://127.0.0.1@evil.example/", false),
            ("http://localhost.evil.example/", false), ("https://", false), ("ftp://a/", false),
            ("", false), ("https://a/\r\nX: y", false), ("file:///etc/passwd", true),
            ("file:etc/passwd", false),
        ]
    )
    func addresses(address: String, isUsable: Bool) {
        #expect(WebhookAddress.isUsable(address) == isUsable)
    }
}
