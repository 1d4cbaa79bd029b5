// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Patterns
import Testing

@Suite("The journal", .timeLimit(.minutes(2)))
struct JournalTests {
    /// Runs a collector whose `journalctl` is a script that writes its
    /// arguments into `arguments` and gives out the file `journal`.
    private func run(
        _ scratch: Scratch,
        filter: JournalFilter = JournalFilter(blocks: []),
        script: String = "cat \"$dir/journal\"; exec sleep 1000",
        body: (CollectorBench) async throws -> Void
    ) async throws {
        let program = scratch.file("journalctl")
        try scratch.write(
            "journalctl",
            "#!/bin/sh\ndir='\(scratch.path)'\nprintf '%s\\n' \"$@\" > \"$dir/new\"\n"
                + "mv \"$dir/new\" \"$dir/arguments\"\n\(script)\n"
        )
        chmod(program, 0o755)
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            var configuration = JournalCollector.Configuration(
                filter: filter,
                environment: ["PATH": "/usr/bin:/bin"]
            )
            configuration.program = program
            configuration.retryInterval = .milliseconds(50)
            let collector = try JournalCollector(
                configuration: configuration,
                agent: CollectorBench.agent,
                queue: bench.queue,
                ledger: bench.store.ledger,
                board: bench.board
            )
            try collector.start()
            try await body(bench)
            bench.queue.close()
            collector.stop()
        }
    }

    /// An entry of the year 2100, so that it is new to any test.
    private func entry(
        _ cursor: String,
        _ message: String,
        _ more: String = #","SYSLOG_IDENTIFIER":"sshd","_PID":"7""#
    ) -> String {
        #"{"__CURSOR":"\#(cursor)","__REALTIME_TIMESTAMP":"4102444800123456","_HOSTNAME":"h","#
            + #""MESSAGE":\#(message)\#(more)}"# + "\n"
    }

    @Test("an entry is a line as syslog writes it")
    func rendering() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "journal",
            entry("a", #""one\"""#) + entry("b", "[116,119,111]", "")
                + entry("c", #"["three","3"]"#, #","SYSLOG_PID":"9""#) + entry("d", "null")
        )
        try await run(scratch) { bench in
            let events = await bench.next(4)
            #expect(
                events.map { String($0.text.dropFirst(15)) } == [
                    " h sshd[7]: one\"", " h unknown: two", " h unknown[9]: three", " h sshd[7]: ",
                ]
            )
            #expect(events.first?.location == "journald")
            #expect(events.first?.originNanoseconds == 4_102_444_800_123_456_000)
        }
    }

    @Test(
        "what was there at the first start is not an event, and a restart goes on behind the last"
    )
    func resume() async throws {
        let scratch = try Scratch()
        let old = #"{"__CURSOR":"old","__REALTIME_TIMESTAMP":"1700000000000000","MESSAGE":"old"}"#
        try scratch.write("journal", old + "\n" + entry("s=1;t=5", #""new""#))
        try await run(scratch) { bench in
            #expect(await bench.texts(1).first?.hasSuffix("new") == true)
            let arguments = try scratch.read("arguments")
            #expect(arguments.contains("--lines=1\n"))
        }
        try scratch.write("journal", entry("s=1;t=6", #""later""#))
        try scratch.remove("arguments")

        try await run(scratch) { bench in
            #expect(await bench.texts(1).first?.hasSuffix("later") == true)
            let arguments = try scratch.read("arguments")
            #expect(arguments.contains("--after-cursor=s=1;t=5\n"))
        }
    }

    @Test("a cursor that the journal refuses is replaced by its time")
    func refusedCursor() async throws {
        let scratch = try Scratch()
        try scratch.write("journal", entry("s=1;t=3b9aca00", #""one""#))
        try await run(scratch) { bench in _ = await bench.next(1) }
        let script = """
            grep -q after-cursor "$dir/arguments" && { echo "Failed to seek to cursor" >&2; exit 1; }
            cat "$dir/journal"; exec sleep 1000
            """
        try scratch.write("journal", entry("s=2;t=3b9aca01", #""two""#))

        try await run(scratch, script: script) { bench in
            #expect(await bench.texts(1).first?.hasSuffix("two") == true)
            let arguments = try scratch.read("arguments")
            #expect(arguments.contains("--since=@1000\n"))
        }
    }

    @Test("conditions of one block must all hold, of several blocks one")
    func filter() async throws {
        let scratch = try Scratch()
        let filter = JournalFilter(blocks: [
            [
                try condition("_SYSTEMD_UNIT", "^ssh"),
                try condition("PRIORITY", "^[0-3]$", passes: true),
            ],
            [try condition("SYSLOG_IDENTIFIER", "^sudo$")],
        ])
        let ssh = #","_SYSTEMD_UNIT":"ssh.service""#
        try scratch.write(
            "journal",
            entry("a", #""no unit""#) + entry("b", #""one""#, ssh)
                + entry("c", #""low""#, ssh + #","PRIORITY":"6""#)
                + entry("d", #""two""#, ssh + #","PRIORITY":"3""#)
                + entry("e", #""three""#, #","SYSLOG_IDENTIFIER":"sudo""#)
        )
        try await run(scratch, filter: filter) { bench in
            let texts = await bench.texts(3)
            #expect(
                texts.map { String($0.split(separator: " ").last ?? "") } == [
                    "one", "two", "three",
                ]
            )
            let arguments = try scratch.read("arguments")
            #expect(
                arguments.contains(
                    "--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_PID,_HOSTNAME,_PID,"
                        + "_SYSTEMD_UNIT\n"
                )
            )
        }
    }

    @Test("a block without conditions keeps every entry")
    func noFilter() throws {
        #expect(
            JournalFilter(blocks: [[try condition("X", "x")], []]) == JournalFilter(blocks: [])
        )
    }

    @Test("a machine without a journal is said to be one, and asked again")
    func noJournal() async throws {
        let scratch = try Scratch()
        try await run(scratch, script: "echo 'No journal files were found.' >&2; exit 1") { bench in
            await bench.state(of: .journal) { $0.waitingReason == "No journal files were found." }
        }
    }

    @Test("a journalctl that ends is started again")
    func restarted() async throws {
        let scratch = try Scratch()
        try scratch.write("journal", entry("a", #""one""#))
        try await run(scratch, script: "cat \"$dir/journal\"") { bench in
            _ = await bench.next(2)
        }
    }

    @Test("without journalctl the source waits and says why")
    func noProgram() async throws {
        let scratch = try Scratch()
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            var configuration = JournalCollector.Configuration(
                filter: JournalFilter(blocks: []),
                environment: [:]
            )
            configuration.program = scratch.file("missing")
            let collector = try JournalCollector(
                configuration: configuration,
                agent: CollectorBench.agent,
                queue: bench.queue,
                ledger: bench.store.ledger,
                board: bench.board
            )
            try collector.start()
            await bench.state(of: .journal) {
                $0.waitingReason?.hasSuffix("no such file or directory") == true
            }
            collector.stop()
        }
    }

    private func condition(
        _ field: String,
        _ pattern: String,
        passes: Bool = false
    ) throws -> JournalFilter.Condition {
        JournalFilter.Condition(
            field: field,
            pattern: try LinePattern(pattern, kind: .pcre2),
            passesWithoutField: passes
        )
    }
}
