// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import JagaTesting
import Testing

@Suite("Which containers are read, and how they are known", .timeLimit(.minutes(1)))
struct ContainerSelectionTests {
    private typealias Term = ContainerSelection.Term

    @Test(
        "a container that is not chosen is listed with the reason, and not read",
        arguments: [
            (
                ContainerSelection(excludes: [Term(name: "d*")]),
                "not read: excluded by name d*"
            ),
            (
                ContainerSelection(includes: [Term(name: "web")]),
                "not read: nothing that is included fits it"
            ),
            (
                ContainerSelection(excludes: [Term(image: "ngin?", label: "tier=d*")]),
                "not read: excluded by image ngin?, label tier=d*"
            ),
        ]
    )
    func refused(selection: ContainerSelection, reason: String) async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            var database = ScriptedContainer(id: "d1", name: "db")
            database.labels = #"{"tier":"data"}"#
            docker.list(database, ScriptedContainer(id: "w1", name: "web"))
            for id in ["d1", "w1"] { try docker.makeLog(of: id, "") }

            try await docker.with(docker.logs(selection).run) {
                let status = await docker.bench.state(of: .container) { $0.ignoredReason != nil }
                #expect(status?.name.text == "db (d1)")
                #expect(status?.state.ignoredReason == reason)
                await docker.bench.state(of: .container, \.isConnected)
                for id in ["d1", "w1"] { try docker.makeLog(of: id, record("from \(id)\\n")) }

                #expect(await docker.bench.texts(1) == ["from w1"])
            }
        }
    }

    @Test("jaga.enable=true is read though nothing that is included fits, unless it is excluded")
    func enabled() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            var wanted = ScriptedContainer(id: "a1", name: "wanted")
            wanted.labels = #"{"jaga.enable":"true"}"#
            var excluded = ScriptedContainer(id: "b1", name: "excluded")
            excluded.labels = #"{"jaga.enable":"true"}"#
            docker.list(wanted, excluded)
            for id in ["a1", "b1"] { try docker.makeLog(of: id, "") }
            let selection = ContainerSelection(
                includes: [Term(name: "web")],
                excludes: [Term(name: "excl*")]
            )

            try await docker.with(docker.logs(selection).run) {
                await docker.bench.state(of: .container, \.isConnected)
                await docker.bench.state(of: .container) { $0.ignoredReason != nil }
                for id in ["a1", "b1"] { try docker.makeLog(of: id, record("from \(id)\\n")) }

                #expect(await docker.bench.texts(1) == ["from a1"])
            }
        }
    }

    @Test("a container that is created with a label against it is never opened")
    func createdDisabled() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            try docker.makeLog(of: "w1", nil)
            var disabled = ScriptedContainer(id: "w1", name: "web")
            disabled.labels = #"{"jaga.enable":"false"}"#

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .dockerLogs, \.isConnected)
                docker.define(disabled)
                events.send(
                    #"{"Type":"container","Action":"create","Actor":{"ID":"w1","Attributes":"#
                        + #"{"image":"nginx","name":"web","jaga.enable":"false"}},"timeNano":7}"#
                        + "\n"
                )

                let status = await docker.bench.state(of: .container) { _ in true }
                #expect(
                    status?.state.ignoredReason == "not read: its label jaga.enable is false"
                )
            }
        }
    }

    @Test("a label joins the lines of a trace to one event")
    func multiline() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            var web = ScriptedContainer(id: "w1", name: "web")
            web.labels = #"{"jaga.multiline":"python"}"#
            docker.list(web)
            try docker.makeLog(of: "w1", nil)

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container) { $0.waitingReason == "no such file" }
                try docker.makeLog(
                    of: "w1",
                    record("Traceback (most recent call last):\\n")
                        + record("  File \\\"a.py\\\", line 1, in <module>\\n")
                        + record("ValueError: no\\n") + record("next\\n")
                )

                let texts = await docker.bench.texts(2)
                #expect(
                    texts == [
                        "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>"
                            + "\nValueError: no",
                        "next",
                    ]
                )
            }
        }
    }

    @Test("the identity has the image's digest and compose, and no secret or endless label")
    func identity() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.engine.answer(
                "/images/sha256%3A1/json",
                with: .json(
                    #"{"Id":"sha256:1","RepoDigests":["other@sha256:aa","nginx@sha256:bb"]}"#
                )
            )
            var web = ScriptedContainer(id: "w1", name: "web")
            let long = String(repeating: "x", count: 600)
            web.labels =
                #"{"com.docker.compose.project":"shop","com.docker.compose.service":"web","#
                + #""db.password":"hunter2","API_TOKEN":"t","long":"\#(long)"}"#
            docker.define(web)
            events.send(web.event("start", at: 1))

            try await docker.with(docker.events().run) {
                let identity = await docker.bench.next(3).last?.identity
                let cut = String(repeating: "x", count: 512)
                #expect(
                    identity.map { String(decoding: $0.json, as: UTF8.self) }
                        == #"{"id":"w1","name":"web","image":"nginx","image_id":"sha256:1","#
                        + #""image_digest":"sha256:bb","compose":{"project":"shop","service":"web"},"#
                        + #""labels":{"com.docker.compose.project":"shop","#
                        + #""com.docker.compose.service":"web","long":"\#(cut)"}}"#
                )
            }
        }
    }

    @Test("what only an event tells is enough for a name, and without one it is the short id")
    func namedByEvent() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.engine.answer("/containers/w1/json", with: .silence)
            events.send(ScriptedContainer(id: "w1", name: "web").event("create", at: 1))
            events.send(
                #"{"Type":"container","Action":"die","Actor":{"ID":"0123456789abcdef"},"timeNano":2}"#
                    + "\n"
            )

            try await docker.with(docker.events().run) {
                #expect(
                    await docker.bench.next(4).suffix(2).map(\.container) == [
                        "web", "0123456789ab",
                    ]
                )
            }
        }
    }

    @Test("after a restart of Jaga a container that is gone keeps its name")
    func recalled() async throws {
        let scratch = try Scratch()
        let web = ScriptedContainer(id: "w1", name: "web")
        try await DockerBench.run(scratch) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.define(web)
            events.send(web.event("start", at: 1))
            try await docker.with(docker.events().run) { _ = await docker.bench.next(3) }
        }

        try await DockerBench.run(scratch) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.past(web.event("start", at: 1))
            events.send(
                #"{"Type":"network","Action":"disconnect","Actor":{"ID":"n1","Attributes":"#
                    + #"{"container":"w1","name":"bridge"}},"timeNano":2}"# + "\n"
            )
            try await docker.with(docker.events().run) {
                #expect(await docker.bench.next(3).last?.container == "web")
            }
        }
    }
}

extension SourceStatus.State {
    /// Why it is not to be read; nil when it is.
    var ignoredReason: String? {
        if case .ignored(let reason) = self { reason } else { nil }
    }
}
