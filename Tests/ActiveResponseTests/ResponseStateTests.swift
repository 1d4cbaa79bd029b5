// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import EventModel
import Patterns
import Testing

@Suite("What an alert leads to")
struct ResponseStateTests {
    @Test("level and group count together, either alone, and a rule's id by itself")
    func selection() throws {
        let alert = try #require(Samples.alert(rule: 100, level: 7, groups: ["web", "attack"]))
        let response = Response(
            command: ResponseCommand(name: "p", executable: "docker-pause"),
            places: [.local]
        )
        var (level, group, both, id) = (response, response, response, response)
        level.level = 7
        group.groups = try OSRegex("attack|scan".utf8, capturing: false)
        both.level = 8
        both.groups = group.groups
        id.ruleIDs = [100]
        id.level = 12

        #expect(level.concerns(alert))
        #expect(group.concerns(alert))
        #expect(!both.concerns(alert))
        #expect(id.concerns(alert))
        #expect(!response.concerns(alert))
    }

    @Test("an act of Jaga's own is only said, a script's is done, until settings say more")
    func defaultMode() {
        func mode(_ executable: String) -> ResponseMode {
            Response(
                command: ResponseCommand(name: "c", executable: executable),
                places: [.local]
            ).mode
        }

        #expect(mode("docker-pause") == .dryRun)
        #expect(mode("block-address") == .dryRun)
        #expect(mode("my-script.sh") == .enforce)
        #expect(mode("firewall-drop") == .enforce)
    }

    @Test("evidence is kept before anything else is done, wherever the file has it")
    func evidenceFirst() throws {
        var state = Samples.state(
            Samples.response("docker-kill"),
            Samples.response("docker-snapshot"),
            Samples.response("block-address")
        )
        let alert = try #require(Samples.alert())
        let kinds = state.received(alert, at: 5).compactMap { decision in
            if case .perform(let act) = decision { act.kind } else { nil }
        }
        #expect(kinds == [.dockerSnapshot, .dockerKill, .blockAddress])
    }

    @Test("two networks are two acts, and one network is not all")
    func networks() throws {
        var state = Samples.state(
            Samples.response("docker-disconnect", words: ["a"]),
            Samples.response("docker-disconnect", words: ["b"]),
            Samples.response("docker-disconnect"),
            Samples.response("docker-disconnect", words: ["a"])
        )
        let alert = try #require(Samples.alert())
        let networks = state.received(alert, at: 5).compactMap { decision -> String? in
            if case .perform(let act) = decision { act.network ?? "all" } else { nil }
        }
        #expect(networks == ["a", "b", "all"])
    }

    @Test("while an act stands, alerts for the same target lead to no second one")
    func once() throws {
        var state = Samples.state(Samples.response("docker-pause"))
        let alert = try #require(Samples.alert())
        let first = state.received(alert, at: 0)
        let acts = (1...1_000).flatMap { state.received(alert, at: Int64($0) * 1_000_000) }

        guard case .perform(let act)? = first.first else { Issue.record("\(first)"); return }
        #expect(act.target.text == Samples.id)
        #expect(act.expiresAt == 600 * Samples.second)
        #expect(acts == [])
        #expect(state.repeated == 1_000)
    }

    @Test("two commands that do the same to the same target are one act")
    func sameKind() throws {
        var other = Samples.response("docker-pause", seconds: 60)
        other.mode = .enforce
        var state = Samples.state(Samples.response("docker-pause"), other)
        let alert = try #require(Samples.alert())

        #expect(state.received(alert, at: 0).count == 1)
    }

    @Test("what comes again late makes the act stand longer, and seldom writes that down")
    func renewal() throws {
        var state = Samples.state(Samples.response("docker-pause"))
        let alert = try #require(Samples.alert())
        _ = state.received(alert, at: 0)
        state.confirmed(1, ActMemory())

        #expect(state.received(alert, at: 59 * Samples.second) == [])
        let later = state.received(alert, at: 60 * Samples.second)
        guard case .renew(let act)? = later.first else { Issue.record("\(later)"); return }
        #expect(act.act.expiresAt == 660 * Samples.second)
    }

    @Test("its time over, an act is to be undone, once, and then again if that failed")
    func due() throws {
        var state = Samples.state(Samples.response("docker-pause"))
        _ = state.received(try #require(Samples.alert()), at: 0)
        state.confirmed(1, ActMemory())

        #expect(state.takeDue(at: 599 * Samples.second).isEmpty)
        #expect(state.takeDue(at: 600 * Samples.second).map(\.act.id) == [1])
        #expect(state.takeDue(at: 601 * Samples.second).isEmpty)
        #expect(state.undoFailed(1, at: 601 * Samples.second) == 1)
        #expect(state.takeDue(at: 605 * Samples.second).isEmpty)
        #expect(state.takeDue(at: 606 * Samples.second).map(\.act.id) == [1])
    }

    @Test("who comes back is blocked longer, step by step, and the last step stays")
    func ladder() throws {
        var settings = ResponseSettings()
        settings.responses = [Samples.response("block-address", seconds: 60)]
        settings.repeatedOffenders = [30, 60]
        var state = ResponseState(settings, standing: [], nextID: 1)
        let alert = try #require(Samples.alert())
        var seconds: [Int64] = []
        for round in 0..<4 {
            let now = Int64(round) * 100_000 * Samples.second
            for case .perform(let act) in state.received(alert, at: now) {
                seconds.append(((act.expiresAt ?? 0) - now) / Samples.second)
                state.ended(act.id)
            }
        }

        #expect(seconds == [60, 1_800, 3_600, 3_600])
    }

    @Test("more acts in a minute than the limit open the breaker once, and time closes it")
    func breaker() throws {
        var settings = ResponseSettings()
        settings.responses = [Samples.response("block-address")]
        settings.limits.perResponse = 1
        settings.limits.breakSeconds = 100
        var state = ResponseState(settings, standing: [], nextID: 1)
        var decisions: [ResponseDecision] = []
        for number in 0..<1_000 {
            let source = "203.0.\(number / 250).\(number % 250 + 1)"
            let alert = try #require(Samples.alert(source: source))
            decisions += state.received(alert, at: Int64(number) * 1_000_000)
        }

        #expect(decisions.count == 2)
        guard case .perform? = decisions.first else { Issue.record("\(decisions)"); return }
        #expect(
            decisions.last == .breakerOpened(response: "block-address600", limit: 1, seconds: 100)
        )
        let closed = state.closeBreakers(at: 102 * Samples.second)
        #expect(closed == [.breakerClosed(response: "block-address600", suppressed: 999)])
    }

    @Test("a container act needs a container that the engine knows, not one that a log names")
    func noContainer() throws {
        var state = Samples.state(Samples.response("docker-pause"))
        let json =
            #"{"rule":{"level":9,"id":"31103"},"data":{"container":{"id":"\#(Samples.id)"}}}"#
        let alert = try #require(ResponseAlert(json: [UInt8](json.utf8), container: nil))
        let decisions = state.received(alert, at: 0)

        guard case .refused(_, let reason)? = decisions.first else {
            Issue.record("\(decisions)")
            return
        }
        #expect(reason == "the alert comes from no container that the engine knows")
        #expect(state.received(alert, at: 1) == [])
    }

    @Test(
        "addresses are blocked in one form, and hostile text never",
        arguments: [
            ("203.0.113.9", "203.0.113.9"), ("2001:DB8:0:0::1", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"), ("203.0.113.9; reboot", nil),
            ("203.0.113.9 }\nflush ruleset", nil), ("$(id)", nil), ("", nil), ("127.0.0.1", nil),
            ("::1", nil), ("::ffff:127.0.0.1", nil), ("0.0.0.0", nil), ("224.0.0.1", nil),
            ("fe80::1", nil), ("192.0.2.5", nil), ("10.1.2.3", nil),
        ] as [(String, String?)]
    )
    func addresses(source: String, blocked: String?) throws {
        var settings = ResponseSettings()
        settings.responses = [Samples.response("block-address")]
        settings.protections.addresses = try AddressList([Array("10.0.0.0/8".utf8)])
        settings.protections.ownAddresses = try AddressList([Array("192.0.2.5".utf8)])
        var state = ResponseState(settings, standing: [], nextID: 1)
        let decisions = state.received(try #require(Samples.alert(source: source)), at: 0)
        let targets = decisions.compactMap { decision -> String? in
            if case .perform(let act) = decision { act.target.text } else { nil }
        }

        #expect(targets == (blocked.map { [$0] } ?? []))
        #expect(decisions.count == 1)
    }

    @Test(
        "accounts with other characters, root and protected ones are left alone",
        arguments: [
            ("bob", true), ("b.o-b_1@x", true), ("root", false), ("admin", false), ("-l", false),
            ("bob;id", false), ("bob\nroot", false), ("../x", false), ("", false),
        ]
    )
    func accounts(name: String, isActedUpon: Bool) {
        var protections = Protections()
        protections.accounts = ["admin"]

        #expect((protections.objection(toAccount: name) == nil) == isActedUpon)
    }

    @Test("a script is not called for a protected or hostile source")
    func scripts() throws {
        for source in ["10.1.2.3", "1.2.3.4`id`", "a b"] {
            var settings = ResponseSettings()
            settings.responses = [Samples.response("my-script")]
            settings.protections.addresses = try AddressList([Array("10.0.0.0/8".utf8)])
            var state = ResponseState(settings, standing: [], nextID: 1)
            let decisions = state.received(try #require(Samples.alert(source: source)), at: 0)

            guard case .refused? = decisions.first else { Issue.record("\(decisions)"); return }
        }
    }
}

@Suite("What is never acted upon")
struct ProtectionTests {
    private func facts(
        _ id: String = Samples.id,
        name: String = "web",
        image: String = "nginx:1",
        labels: [String: String] = [:]
    ) -> ContainerFacts {
        ContainerFacts(id: id, name: name, image: image, labels: labels)
    }

    @Test("Jaga's own container, by its id; one that is only called like it is not spared")
    func own() {
        var protections = Protections()
        protections.ownContainer = Samples.other

        #expect(protections.objection(to: facts(Samples.other)) != nil)
        #expect(protections.objection(to: facts(name: "jaga", image: "jaga:latest")) == nil)
    }

    @Test("the label counts as it is written, and not at all when the settings say so")
    func label() {
        var protections = Protections()

        #expect(protections.objection(to: facts(labels: ["jaga.response": "never"])) != nil)
        #expect(protections.objection(to: facts(labels: ["jaga.response": "Never "])) == nil)
        #expect(protections.objection(to: facts(labels: ["xjaga.response": "never"])) == nil)
        protections.honoursOwnLabel = false
        #expect(protections.objection(to: facts(labels: ["jaga.response": "never"])) == nil)
    }

    @Test("names, images and labels of the settings, with stars")
    func lists() {
        var protections = Protections()
        protections.names = ["db*"]
        protections.images = ["*/pause:*"]
        protections.labels = ["tier=data", "keep"]

        #expect(protections.objection(to: facts(name: "db-1")) != nil)
        #expect(protections.objection(to: facts(name: "my-db")) == nil)
        #expect(protections.objection(to: facts(image: "k8s/pause:3")) != nil)
        #expect(protections.objection(to: facts(labels: ["tier": "data"])) != nil)
        #expect(protections.objection(to: facts(labels: ["tier": "web"])) == nil)
        #expect(protections.objection(to: facts(labels: ["keep": ""])) != nil)
    }
}
