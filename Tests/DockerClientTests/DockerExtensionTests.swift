// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import JagaTesting
import Testing

@Suite("What Jaga adds to a Docker event")
struct DockerExtensionTests {
    private static let event = DockerListenerMessage.event([UInt8](#"{"Type":"image"}"#.utf8))

    @Test("nothing to add leaves Wazuh's bytes as they are")
    func nothing() throws {
        let text = String(decoding: try Self.event.envelope(DockerExtension()), as: UTF8.self)

        #expect(text == #"{"integration": "docker", "docker": {"Type": "image"}}"#)
    }

    @Test("engine and mark stand beside the event")
    func marks() throws {
        var addition = DockerExtension()
        addition.engine = "tcp://[::1]:2376"
        addition.isSynthetic = true

        let text = String(decoding: try Self.event.envelope(addition), as: UTF8.self)

        #expect(
            text == #"{"integration": "docker", "docker": {"Type": "image"}, "#
                + #""docker_ext": {"engine": "tcp://[::1]:2376", "synthetic": true}}"#
        )
    }

    @Test("a gap says from when to when, why, and how much")
    func gap() throws {
        var addition = DockerExtension()
        addition.gap = DockerExtension.Gap(
            from: EngineTime(nanoseconds: 1_795_476_975_959_496_885),
            to: EngineTime(nanoseconds: 1_795_476_976_000_000_000),
            reason: "\"why\"",
            synthetic: 2,
            lost: 3
        )

        let text = String(
            decoding: try DockerListenerMessage.gap.envelope(addition),
            as: UTF8.self
        )

        #expect(
            text
                == #"{"integration": "docker", "docker": {"Wodle event": "Events may be missing"}, "#
                + #""docker_ext": {"gap": {"from": "2026-11-23T23:36:15.959Z", "#
                + #""to": "2026-11-23T23:36:16.000Z", "reason": "\"why\"", "synthetic": 2, "lost": 3}}}"#
        )
    }

    @Test("the past is asked for with its end, and what is no event is left out")
    func past() async throws {
        try await ScriptedPair.run { pair in
            let lines = "{\"Type\":\"image\",\"timeNano\":7}\nnonsense\n{\"Type\":\"volume\"}"
            pair.engine.answer("/events?until", with: .chunks([[UInt8](lines.utf8)]))

            let events = try await pair.client.pastEvents(
                since: EngineTime(nanoseconds: 5),
                until: EngineTime(nanoseconds: 2_000_000_000)
            )

            #expect(events.map(\.type) == ["image", "volume"])
            var requests = pair.engine.requests.makeAsyncIterator()
            #expect(
                await requests.next()?.target == "/events?since=0.000000005&until=2.000000000"
            )
        }
    }
}
