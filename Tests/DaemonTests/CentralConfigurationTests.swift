// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Fleet
import Foundation
import Testing

@Suite("Central configuration, from the manager's folder to the agent's work", .serialized)
struct CentralConfigurationTests {
    private static func conf(_ bench: FleetBench, _ rest: String = "") -> String {
        """
        <agent_config name="^web">
        <localfile><log_format>syslog</log_format>
        <location>\(bench.manager.folder)/remote.log</location>
        <only-future-events>no</only-future-events></localfile>
        <labels><label key="place">cellar</label></labels>
        \(rest)
        </agent_config>
        """
    }

    @Test("what a group's agent.conf names is read, and alerts say whose it is")
    func pushed() async throws {
        let bench = try FleetBench()
        try bench.manager.write("event 1\n", to: "remote.log")
        try await bench.run(group: "web") { bench in
            try bench.share(Self.conf(bench), group: "web")

            #expect(await bench.waits { !bench.alerts.isEmpty })

            let alert = try #require(bench.alerts.first)
            #expect(
                alert.contains(
                    #""agent":{"id":"100001","name":"web-1","ip":"127.0.0.1","#
                        + #""labels":{"place":"cellar"},"group":["web"]}"#
                )
            )
            #expect(await bench.waits { bench.report?.configuration?.utf8.count == 64 })
            #expect(bench.report?.refusal == nil)
        }
    }

    @Test("one with a mistake is refused, the old one stays in use, and the manager knows why")
    func refused() async throws {
        let bench = try FleetBench()
        try bench.manager.write("event 1\n", to: "remote.log")
        try await bench.run(group: "web") { bench in
            try bench.share(Self.conf(bench), group: "web")
            #expect(await bench.waits { bench.report?.configuration?.utf8.count == 64 })
            let good = bench.report?.configuration

            try bench.share(
                Self.conf(bench, "<client_buffer><queue_size>many</queue_size></client_buffer>"),
                group: "web"
            )
            #expect(await bench.waits { bench.report?.refusal != nil })
            #expect(
                bench.report?.refusal?.reason
                    == #"agent.conf:6: <queue_size> is "many""#
            )
            #expect(bench.report?.configuration == good)
            let file = try String(
                contentsOfFile: bench.agentFolder + "/data/etc/shared/agent.conf",
                encoding: .utf8
            )
            #expect(file == Self.conf(bench))

            // Put right again, nothing is said against it any more.
            try bench.share(Self.conf(bench), group: "web")
            #expect(await bench.waits { bench.report?.refusal == nil })
        }
    }

    // Who has the manager must not have a shell on every host.
    @Test("a command from the manager is not run unless the agent's own file allows it")
    func commands() async throws {
        let bench = try FleetBench()
        let command = """
            <localfile><log_format>command</log_format><command>echo event 7</command>
            <alias>seven</alias><frequency>1</frequency></localfile>
            """
        try bench.manager.write("event 1\n", to: "remote.log")
        try await bench.run(group: "web") { bench in
            try bench.share(Self.conf(bench, command), group: "web")
            #expect(await bench.waits { !bench.alerts.isEmpty })
            #expect(!bench.alerts.contains { $0.contains("seven") })
        }
    }

    @Test("an agent that allows commands of its manager runs them")
    func allowedCommands() async throws {
        let bench = try FleetBench()
        try bench.manager.write(
            "logcollector.remote_commands=1\n",
            to: "agent/local_internal_options.conf"
        )
        let command = """
            <localfile><log_format>full_command</log_format><command>echo event 7</command>
            <alias>seven</alias><frequency>1</frequency></localfile>
            """
        try bench.manager.write("event 1\n", to: "remote.log")
        try await bench.run(group: "web") { bench in
            try bench.share(Self.conf(bench, command), group: "web")
            #expect(
                await bench.waits { bench.report?.configuration?.utf8.count == 64 }
            )
            #expect(await bench.waits { bench.alerts.contains { $0.contains("event 1") } })
        }
        let archives = try String(
            contentsOfFile: bench.manager.data + "/archives/archives.json",
            encoding: .utf8
        )
        #expect(archives.contains("ossec: output: 'seven'"))
    }
}
