// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Patterns
import Testing

@Suite("Commands", .timeLimit(.minutes(2)))
struct CommandTests {
    private func run(
        _ commands: CommandSource...,
        body: (CollectorBench) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            let collector = try CommandCollector(
                commands: commands,
                environment: [
                    "PATH": "/usr/bin:/bin", "JAGA_SECRET": "x", "SHOWN": "y",
                ],
                agent: CollectorBench.agent,
                queue: bench.queue,
                board: bench.board
            )
            try collector.start()
            try await body(bench)
            bench.queue.close()
            collector.stop()
        }
    }

    private func command(
        _ line: String,
        _ format: CommandSource.Format = .lines,
        alias: String = "name",
        frequency: Int = 3600,
        options: FramingOptions = FramingOptions()
    ) -> CommandSource {
        CommandSource(
            command: line,
            alias: alias,
            format: format,
            frequencySeconds: frequency,
            options: options
        )
    }

    @Test("each line of the output is an event with the alias before it")
    func lines() async throws {
        try await run(command("echo one; echo; printf two")) { bench in
            let events = await bench.next(2)
            #expect(
                events.map(\.text) == ["ossec: output: 'name': one", "ossec: output: 'name': two"]
            )
            #expect(events.map(\.location) == ["name", "name"])
        }
    }

    @Test("the whole output is one event, without blank lines and carriage returns")
    func whole() async throws {
        try await run(command("printf 'one\\r\\n\\n\\ntwo\\n'", .whole)) { bench in
            #expect(await bench.texts(1) == ["ossec: output: 'name':\none\ntwo"])
        }
    }

    @Test("a command is run again after its time")
    func frequency() async throws {
        try await run(command("echo x", frequency: 1)) { bench in
            #expect(await bench.texts(2).count == 2)
        }
    }

    @Test("one that does not end holds up no other, and what it started ends with it")
    func slow() async throws {
        let scratch = try Scratch()
        let slow = "sleep 1000 & echo $! > \(scratch.file("pid")); wait"
        try await run(command(slow, alias: "slow"), command("echo x")) { bench in
            #expect(await bench.texts(1) == ["ossec: output: 'name': x"])
            while !scratch.hasBytes("pid"), !Task.isCancelled { await Task.yield() }
        }

        let child = try #require(pid_t(try scratch.read("pid").filter(\.isNumber)))
        // It is a child of ours no more: who takes it over may need a moment.
        while kill(child, 0) == 0, !scratch.isZombie(child), !Task.isCancelled {
            await Task.yield()
        }
        #expect(!Task.isCancelled)
    }

    @Test("what a command leaves behind does not keep it from ending")
    func leftBehind() async throws {
        try await run(command("sleep 1000 & echo x", frequency: 1)) { bench in
            #expect(await bench.texts(2).count == 2)
        }
    }

    @Test("a command that is not found is said")
    func notFound() async throws {
        try await run(command("no-such-program-here")) { bench in
            await bench.state(of: .command) { $0.waitingReason == "the shell does not find it" }
        }
    }

    @Test("a command does not see what is meant for Jaga")
    func environment() async throws {
        try await run(command("echo \"[$JAGA_SECRET] [$SHOWN]\"")) { bench in
            #expect(await bench.texts(1) == ["ossec: output: 'name': [] [y]"])
        }
    }

    @Test("output beyond the limit is cut and counted")
    func limit() async throws {
        var options = FramingOptions()
        options.lineLimit = 100
        let line = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo 1234567890; done"
        try await run(command(line, .whole, options: options)) { bench in
            let texts = await bench.texts(1)
            #expect(texts.first?.utf8.count == 22 + 100)
            while bench.board.totals.counts.truncated == 0, !Task.isCancelled {
                await Task.yield()
            }
        }
    }

    @Test("the filter sees the prefix")
    func filter() async throws {
        var options = FramingOptions()
        var filter = LineFilter()
        filter.ignores = [try LinePattern("': one$", kind: .pcre2)]
        options.filter = filter
        try await run(command("echo one; echo two", options: options)) { bench in
            #expect(await bench.texts(1) == ["ossec: output: 'name': two"])
        }
    }

    @Test(
        "the time limit is the frequency, within bounds",
        arguments: [(1, 30), (360, 360), (86_400, 3600)]
    )
    func timeLimit(frequency: Int, seconds: Int) {
        #expect(command("x", frequency: frequency).timeLimitSeconds == seconds)
    }
}
