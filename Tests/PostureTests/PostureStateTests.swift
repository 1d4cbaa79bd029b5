// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Posture
import Testing

@Suite("what is news of a container")
struct PostureStateTests {
    private static let facts = CleanContainer.facts

    private static func words(_ events: [PostureEvent]) -> [String] {
        events.map { event in
            ([event.word.rawValue, event.kind?.rawValue ?? "-"] + event.subjects)
                .joined(separator: " ")
        }
    }

    @Test("a finding is told once, and again only when it is worse")
    func once() {
        var state = PostureState()
        let network = CleanContainer.posture { $0.networkMode = "host" }
        #expect(Self.words(state.judged(Self.facts, network)) == ["found host-network"])
        #expect(state.judged(Self.facts, network) == [])
        let more = CleanContainer.posture {
            $0.networkMode = "host"
            $0.addedCapabilities = ["NET_ADMIN"]
        }
        #expect(Self.words(state.judged(Self.facts, more)) == ["found capabilities NET_ADMIN"])
        let worse = CleanContainer.posture {
            $0.networkMode = "host"
            $0.addedCapabilities = ["NET_ADMIN", "SYS_ADMIN"]
        }
        #expect(
            Self.words(state.judged(Self.facts, worse)) == [
                "found capabilities NET_ADMIN SYS_ADMIN"
            ]
        )
        #expect(state.judged(Self.facts, more) == [], "fewer is no news")
    }

    @Test("a finding that is no more is told once")
    func solved() {
        var state = PostureState()
        _ = state.judged(Self.facts, CleanContainer.posture { $0.networkMode = "host" })
        let clean = CleanContainer.posture { _ in }
        #expect(Self.words(state.judged(Self.facts, clean)) == ["solved host-network"])
        #expect(state.judged(Self.facts, clean) == [])
    }

    @Test("small things come together in one event, and only when there is a new one")
    func hardening() {
        var state = PostureState()
        let plain = CleanContainer.posture {
            $0.user = ""
            $0.memoryLimit = 0
        }
        let events = state.judged(Self.facts, plain)
        #expect(Self.words(events) == ["hardening - no-memory-limit root-user"])
        #expect(events.first?.score == 92)
        #expect(state.judged(Self.facts, plain) == [])
        let less = CleanContainer.posture { $0.user = "" }
        #expect(state.judged(Self.facts, less) == [])
        #expect(state.judged(Self.facts, CleanContainer.posture { _ in }) == [])
    }

    @Test("a clean container makes no event")
    func clean() {
        var state = PostureState()
        #expect(state.judged(Self.facts, CleanContainer.posture { _ in }) == [])
    }

    @Test("a label takes out what it names, and that alone")
    func labels() {
        func posture(_ label: String) -> ContainerPosture {
            CleanContainer.posture {
                $0.labels = ["jaga.posture.ignore": label]
                $0.networkMode = "host"
                $0.addedCapabilities = ["NET_ADMIN", "SYS_ADMIN"]
            }
        }
        let one = posture("host-network")
        #expect(one.findings == [Finding(.capabilities, .critical, ["NET_ADMIN", "SYS_ADMIN"])])
        #expect(one.ignored == [Finding(.hostNetwork, .high)])
        let part = posture("host-network, capabilities:NET_ADMIN")
        #expect(part.findings == [Finding(.capabilities, .critical, ["SYS_ADMIN"])])
        #expect(part.ignored.count == 2)
        #expect(posture("all,*").findings.count == 2, "no word is for everything")
    }

    @Test("what is known comes back from its text, and nothing is told again")
    func kept() throws {
        var state = PostureState()
        let posture = CleanContainer.posture { $0.isPrivileged = true }
        _ = state.judged(Self.facts, posture)
        var read = try PostureJSON.decode(PostureState.self, PostureJSON.encode(state))
        #expect(read.judged(Self.facts, posture) == [])
        read.retain([])
        #expect(read.judged(Self.facts, posture).count == 1)
    }

    @Test("an event says what it is, of which container, and what to do")
    func text() {
        var state = PostureState()
        let events = state.judged(Self.facts, CleanContainer.posture { $0.utsMode = "host" })
        let expected = """
            {"integration":"jaga-posture","posture":{"container":"web","event":"found",\
            "id":"host-uts","image":"registry.example/web:1.27",\
            "remedy":"start it without --uts host","score":"90","severity":"medium",\
            "title":"shares the host's name",\
            "why":"it can rename the host, which others trust by name"}}
            """
        #expect(events.map { String(decoding: $0.json, as: UTF8.self) } == [expected])
    }
}
