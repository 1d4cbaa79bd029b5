// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

/// Times are seconds on the engine's clock; the figures are those of a
/// container with `--health-interval 1s` on engine 20.10.
@Suite("A container's own health check")
struct HealthCheckFilterTests {
    private static let second: Int64 = 1_000_000_000

    @Test(
        "the command as the engine prints it",
        arguments: [
            (
                ["CMD-SHELL", "curl -f http://localhost  || exit 1"],
                "/bin/sh -c curl -f http://localhost  || exit 1"
            ),
            (["CMD", "true"], "true "),
            (["CMD", "/bin/check", "-a", "b c"], "/bin/check -a b c"),
        ]
    )
    func commandLine(test: [String], expected: String) {
        #expect(Self.check(test).commandLine == expected)
    }

    @Test(
        "without a check there is no command",
        arguments: [[], ["NONE"], ["CMD"], ["WHAT", "x"]]
    )
    func noCommand(test: [String]) {
        #expect(Self.check(test).commandLine == nil)
    }

    @Test("an image's own shell runs the line")
    func ownShell() {
        let check = HealthCheck(
            test: ["CMD-SHELL", "x"],
            shell: ["/bin/ash", "-ec"],
            interval: 0,
            timeout: 0,
            startPeriod: 0,
            startInterval: 0
        )

        #expect(check.commandLine == "/bin/ash -ec x")
    }

    @Test("a container is inspected once, at its first execution")
    func inspectedOnce() throws {
        var filter = HealthCheckFilter(containerLimit: 10)

        #expect(filter.verdict(on: Self.event("start", at: 0)) == .report)
        #expect(
            filter.verdict(on: Self.event("exec_create: true ", exec: "e1", at: 1))
                == .needsInspection(containerID: "c1")
        )
        filter.learned(try Self.details())
        #expect(filter.verdict(on: Self.event("exec_create: true ", exec: "e1", at: 1)) == .report)
        #expect(filter.verdict(on: Self.event("exec_start: true ", exec: "e1", at: 1)) == .report)
        #expect(filter.verdict(on: Self.event("exec_die", exec: "e1", at: 1)) == .report)
    }

    @Test("probes at their interval are silent, each with its three events")
    func probes() throws {
        var filter = try Self.filter(startedAt: 14.958)

        let times = [15.9598, 17.0260, 18.0981]
        for (number, time) in times.enumerated() {
            let verdicts = Self.execute("true ", exec: "e\(number)", from: time, for: 0.07, &filter)
            #expect(verdicts == [.probe, .probe, .probe])
        }
    }

    @Test("the same command by a user between two probes is reported, and the probes are not")
    func manualBetween() throws {
        var filter = try Self.filter(startedAt: 14.958)
        _ = Self.execute("true ", exec: "p1", from: 17.0260, for: 0.066, &filter)

        let manual = Self.execute("true ", exec: "m1", from: 17.7751, for: 0.07, &filter)
        let next = Self.execute("true ", exec: "p2", from: 18.0981, for: 0.1, &filter)

        #expect(manual == [.report, .report, .report])
        #expect(next == [.probe, .probe, .probe])
    }

    @Test("the same command by a user while a probe runs is reported")
    func manualDuring() throws {
        var filter = try Self.filter(startedAt: 14.958)

        let create = filter.verdict(on: Self.event("exec_create: true ", exec: "p1", at: 15.9598))
        let manual = Self.execute("true ", exec: "m1", from: 15.98, for: 0.01, &filter)
        let die = filter.verdict(on: Self.event("exec_die", exec: "p1", at: 16.02))

        #expect(create == .probe)
        #expect(manual == [.report, .report, .report])
        #expect(die == .probe)
    }

    @Test("of two equal commands at the time of a probe, one is reported")
    func manualAtTheInstant() throws {
        var filter = try Self.filter(startedAt: 14.958)
        _ = Self.execute("true ", exec: "p1", from: 15.96, for: 0.05, &filter)

        let first = Self.execute("true ", exec: "x", from: 17.010, for: 0.002, &filter)
        let second = Self.execute("true ", exec: "y", from: 17.014, for: 0.05, &filter)

        #expect(first == [.probe, .probe, .probe])
        #expect(second == [.report, .report, .report])
    }

    @Test("another command is reported, also one that only begins like the check")
    func otherCommand() throws {
        var filter = try Self.filter(startedAt: 14.958)

        for command in ["bash ", "true x", "true", "sh -c true "] {
            let verdicts = Self.execute(command, exec: command, from: 20, for: 0.1, &filter)
            #expect(verdicts == [.report, .report, .report])
        }
    }

    @Test("a probe past its time-out ends there, and the next one is a probe")
    func timedOut() throws {
        var filter = HealthCheckFilter(containerLimit: 10)
        filter.learned(
            try Self.details(
                test: #"["CMD","true"]"#,
                startedAt: 45.13,
                timing: #""Interval":1000000000,"Timeout":1000000000"#
            )
        )

        let first = Self.execute("true ", exec: "p1", from: 46.1282, for: 1.0061, &filter)
        // Seen on engines that let the process live on: it dies after the next.
        let late = filter.verdict(on: Self.event("exec_create: true ", exec: "p2", at: 48.1346))
        let next = Self.execute("true ", exec: "p3", from: 50.1404, for: 0.1, &filter)
        let death = filter.verdict(on: Self.event("exec_die", exec: "p2", at: 50.5))

        #expect(first == [.probe, .probe, .probe])
        #expect(late == .probe)
        #expect(next == [.probe, .probe, .probe])
        #expect(death == .probe)
    }

    @Test("when watching begins, the log of the last probes tells what the first execution is")
    func history() throws {
        var atProbe = HealthCheckFilter(containerLimit: 10)
        atProbe.learned(
            try Self.details(
                test: #"["CMD","true"]"#,
                startedAt: 1,
                runs: #"{"Start":"1970-01-01T00:00:09Z","End":"1970-01-01T00:00:09.1Z"}"#
            )
        )
        var afterProbe = atProbe

        // The inspection came after the probe that asked for it had ended.
        #expect(
            atProbe.verdict(on: Self.event("exec_create: true ", exec: "p", at: 9.0003)) == .probe
        )
        #expect(
            afterProbe.verdict(on: Self.event("exec_create: true ", exec: "m", at: 9.6)) == .report
        )
        #expect(
            afterProbe.verdict(on: Self.event("exec_create: true ", exec: "q", at: 10.101))
                == .probe
        )
    }

    @Test("after a restart and an unpause the interval counts anew")
    func restarted() throws {
        var filter = try Self.filter(startedAt: 0)
        _ = Self.execute("true ", exec: "p1", from: 1, for: 0.1, &filter)

        _ = filter.verdict(on: Self.event("unpause", at: 5))

        #expect(filter.verdict(on: Self.event("exec_create: true ", exec: "m", at: 5.5)) == .report)
        #expect(
            filter.verdict(on: Self.event("exec_create: true ", exec: "p", at: 6.001)) == .probe
        )
    }

    @Test("within the start period the start interval counts")
    func startPeriod() throws {
        var filter = HealthCheckFilter(containerLimit: 10)
        filter.learned(
            try Self.details(
                test: #"["CMD","true"]"#,
                timing: #""StartPeriod":10000000000,"StartInterval":2000000000"#
            )
        )

        let early = Self.execute("true ", exec: "a", from: 1, for: 0.1, &filter)
        let first = Self.execute("true ", exec: "b", from: 2.001, for: 0.1, &filter)
        let after = Self.execute("true ", exec: "c", from: 12, for: 0.1, &filter)

        #expect(early == [.report, .report, .report])
        #expect(first == [.probe, .probe, .probe])
        #expect(after == [.report, .report, .report])
    }

    @Test("watching may begin between a probe's first and second event")
    func beganBetween() throws {
        var filter = try Self.filter(startedAt: 0)

        #expect(filter.verdict(on: Self.event("exec_start: true ", exec: "p", at: 1)) == .probe)
        #expect(filter.verdict(on: Self.event("exec_die", exec: "p", at: 1.1)) == .probe)
        #expect(filter.verdict(on: Self.event("exec_die", exec: "unknown", at: 1.2)) == .report)
    }

    @Test("a container that cannot be inspected is reported, and not asked for again")
    func cannotInspect() {
        var filter = HealthCheckFilter(containerLimit: 10)

        filter.couldNotInspect("c1")

        #expect(filter.verdict(on: Self.event("exec_create: true ", exec: "e", at: 1)) == .report)
    }

    @Test("memory is bounded: the container learned first is forgotten, and so is a destroyed one")
    func bounded() {
        var filter = HealthCheckFilter(containerLimit: 2)
        for id in ["c1", "c2", "c3"] { filter.couldNotInspect(id) }

        func asks(_ id: String) -> Bool {
            filter.verdict(on: Self.event("exec_die", exec: "e", at: 1, id: id))
                == .needsInspection(containerID: id)
        }
        #expect(asks("c1"))
        #expect(!asks("c2"))
        _ = filter.verdict(on: Self.event("destroy", at: 2, id: "c2"))
        #expect(asks("c2"))
        #expect(!asks("c3"))
    }

    // Given

    private static func check(_ test: [String]) -> HealthCheck {
        HealthCheck(
            test: test,
            shell: [],
            interval: second,
            timeout: 0,
            startPeriod: 0,
            startInterval: 0
        )
    }

    /// Knows a container that probes with `true` each second.
    private static func filter(startedAt: Double) throws -> HealthCheckFilter {
        var filter = HealthCheckFilter(containerLimit: 10)
        filter.learned(try details(test: #"["CMD","true"]"#, startedAt: startedAt))
        return filter
    }

    private static func execute(
        _ command: String,
        exec: String,
        from time: Double,
        for duration: Double,
        _ filter: inout HealthCheckFilter
    ) -> [HealthCheckFilter.Verdict] {
        [
            filter.verdict(on: event("exec_create: \(command)", exec: exec, at: time)),
            filter.verdict(on: event("exec_start: \(command)", exec: exec, at: time + 0.0001)),
            filter.verdict(on: event("exec_die", exec: exec, at: time + duration)),
        ]
    }

    private static func event(
        _ action: String,
        exec: String = "",
        at time: Double,
        id: String = "c1"
    ) -> DockerEvent {
        let line =
            #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"\#(id)","Attributes":"#
            + #"{"execID":"\#(exec)"}},"timeNano":\#(Int64(time * 1e9))}"#
        guard let event = try? DockerEvent(line: [UInt8](line.utf8)) else {
            preconditionFailure("the test's own event is broken: \(line)")
        }
        return event
    }

    private static func details(
        test: String = "",
        startedAt: Double = 0,
        timing: String = #""Interval":1000000000,"Timeout":2000000000"#,
        runs: String = ""
    ) throws -> ContainerDetails {
        let check = test.isEmpty ? "null" : #"{"Test":\#(test),\#(timing)}"#
        let started = String(Int(startedAt * 1e9) % 1_000_000_000)
        let fraction = String(repeating: "0", count: 9 - started.count) + started
        let clock = Int(startedAt) < 10 ? "0\(Int(startedAt))" : "\(Int(startedAt))"
        let json =
            #"{"Id":"c1","State":{"StartedAt":"1970-01-01T00:00:\#(clock).\#(fraction)Z","#
            + #""Health":{"Log":[\#(runs)]}},"Config":{"Healthcheck":\#(check)}}"#
        return try ContainerDetails(inspection: [UInt8](json.utf8))
    }
}
