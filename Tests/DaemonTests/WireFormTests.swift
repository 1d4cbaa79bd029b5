// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Testing

@Suite("events as a Wazuh agent would send them")
struct WireFormTests {
    private static let agent = AgentIdentity(id: "000", name: "here")
    private static let container = ContainerIdentity(
        id: String(repeating: "a", count: 64),
        name: "shop",
        image: "nginx",
        imageID: "sha256:1",
        labels: [:]
    )

    /// `LOCATION TEXT` of what becomes of one event.
    private static func converted(_ text: String, _ source: EventSource) -> [String] {
        var batch = EventBatch()
        batch.append(
            Array(text.utf8),
            from: source,
            at: Timestamp(nanoseconds: 1_700_000_001_000_000_000),
            originNanoseconds: 1_700_000_000_120_000_000
        )
        var form = WireForm(agentID: "000")
        let output = form.convert(batch)
        return output.entries.map { entry in
            String(decoding: output.sources[entry.source].location, as: UTF8.self) + " "
                + String(decoding: output.bytes[entry.text], as: UTF8.self)
        }
    }

    @Test("a container's line is the line of its json-file log")
    func container() {
        let source = EventSource(
            agent: Self.agent,
            location: "docker:shop",
            container: Self.container
        )
        let id = Self.container.id

        #expect(
            Self.converted("a \"b\" \\ <c>\t\u{e9}", source) == [
                "/var/lib/docker/containers/\(id)/\(id)-json.log "
                    + #"{"log":"a \"b\" \\ \u003cc\u003e\u0009é\n","#
                    + #""stream":"stdout","time":"2023-11-14T22:13:20.12Z"}"#
            ]
        )
    }

    @Test("a trace that was joined is lines again")
    func lines() {
        let source = EventSource(
            agent: Self.agent,
            location: "docker:shop",
            container: Self.container
        )

        let output = Self.converted("one\n two", source)

        #expect(output.count == 2)
        #expect(output[0].contains(#"{"log":"one\n","#))
        #expect(output[1].contains(#"{"log":" two\n","#))
    }

    @Test("Docker's events, files and commands stay as they are")
    func others() {
        for location in ["Wazuh-Docker", "/var/log/syslog", "df -P"] {
            let source = EventSource(agent: Self.agent, location: location)
            #expect(Self.converted("text: x", source) == ["\(location) text: x"])
        }
    }

    @Test("events of other agents are not reported")
    func foreign() {
        let source = EventSource(
            agent: AgentIdentity(id: "007", name: "other"),
            location: "/var/log/syslog"
        )

        #expect(Self.converted("text", source) == [])
    }
}
