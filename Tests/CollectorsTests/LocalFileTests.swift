// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Testing

@Suite("Files that are followed", .timeLimit(.minutes(1)))
struct LocalFileTests {
    private func run(_ body: (Scratch, CollectorBench) async throws -> Void) async throws {
        let scratch = try Scratch()
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            try await body(scratch, bench)
        }
    }

    @Test("what is appended comes with the path as location, what was there does not")
    func appended() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "old\n")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)

            try scratch.append("log", "new\nhalf")
            try scratch.append("log", " line\n")

            let events = await bench.next(2)
            #expect(events.map(\.text) == ["new", "half line"])
            #expect(events.first?.location == scratch.file("log"))
            #expect(events.first?.container == nil)
        }
    }

    @Test("with only-future-events no, an unknown file is read from its beginning")
    func fromBeginning() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "old\n")
            bench.collect(
                LocalFile(
                    location: scratch.file("log"),
                    format: .lines,
                    excludes: [],
                    onlyFutureEvents: false
                )
            )

            #expect(await bench.texts(1) == ["old"])
        }
    }

    @Test("a file that appears later is read from its first byte")
    func appearsLater() async throws {
        try await run { scratch, bench in
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file) { $0.waitingReason == "no such file" }

            try scratch.write("log", "first\n")

            #expect(await bench.texts(1) == ["first"])
        }
    }

    @Test("a rotated file is read to its end before the new one, which is read whole")
    func rotation() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)

            try scratch.append("log", "1\n")
            try scratch.rename("log", to: "log.1")
            try scratch.append("log.1", "2\n")
            try scratch.write("log", "4\n")

            let events = await bench.next(4)
            let notice = "ossec: File rotated (inode changed): '\(scratch.file("log"))'."
            #expect(events.map(\.text) == ["1", "2", notice, "4"])
            #expect(events[2].location == "logcollector")
        }
    }

    @Test("what a daemon still writes to the rotated file is read")
    func lateWriter() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try scratch.rename("log", to: "log.1")
            try scratch.write("log", "new\n")
            _ = await bench.next(2)

            try scratch.append("log.1", "late\n")

            #expect(await bench.texts(1) == ["late"])
        }
    }

    @Test("a truncated file is said to be, and read from its beginning")
    func truncation() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "long enough\n")
            _ = await bench.next(1)

            try scratch.write("log", "new\n")

            let notice = "ossec: File size reduced (inode remained): '\(scratch.file("log"))'."
            #expect(await bench.texts(2) == [notice, "new"])
        }
    }

    @Test("a file truncated and filled beyond its old size is read from its beginning")
    func refilled() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "short\n")
            _ = await bench.next(1)

            // One system call to the watcher: a file of the same inode that is
            // longer and begins otherwise.
            try scratch.write("copy", "other beginning\nand more\n")
            let descriptor = open(scratch.file("log"), O_WRONLY)
            _ = pwrite(descriptor, "other beginning\nand more\n", 25, 0)
            close(descriptor)

            let got = await bench.texts(3)
            #expect(got.suffix(2) == ["other beginning", "and more"])
        }
    }

    @Test("a file that vanishes and comes back is read from its beginning")
    func vanish() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "last\n")
            try scratch.remove("log")
            await bench.state(of: .file) { $0.waitingReason == "no such file" }

            try scratch.write("log", "again\n")

            let texts = await bench.texts(3)
            #expect(texts.first == "last")
            #expect(texts.last == "again")
        }
    }

    @Test("what cannot be read is said, and read once it can be")
    func unreadable() async throws {
        try await run { scratch, bench in
            try scratch.makeFolder("log")
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file) { $0.waitingReason == "not a regular file" }

            try scratch.remove("log")
            try scratch.write("log", "now\n")

            #expect(await bench.texts(1) == ["now"])
        }
    }

    @Test("a pattern follows what matches it later, in new folders too, but not the excluded")
    func pattern() async throws {
        try await run { scratch, bench in
            try scratch.makeFolder("a")
            try scratch.write("a/x-json.log", "old\n")
            bench.collect(
                LocalFile(
                    scratch.file("*/*-json.log"),
                    excludes: [scratch.file("*/no-json.log")]
                )
            )
            await bench.state(of: .file, \.isConnected)

            try scratch.makeFolder("b")
            try scratch.write("b/no-json.log", "excluded\n")
            try scratch.write("b/plain.log", "other\n")
            try scratch.write("b/y-json.log", #"{"log":"raw\n"}"# + "\n")
            try scratch.append("a/x-json.log", "new\n")

            let events = await bench.next(2).sorted { $0.location < $1.location }
            #expect(events.map(\.text) == ["new", #"{"log":"raw\n"}"#])
            #expect(
                events.map(\.location) == [
                    scratch.file("a/x-json.log"), scratch.file("b/y-json.log"),
                ]
            )
        }
    }

    @Test("a pattern that also means the rotated name does not read it again")
    func patternWithRotated() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log*")))
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "1\n")
            _ = await bench.next(1)

            try scratch.rename("log", to: "log.1")
            try scratch.write("log", "2\n")
            try scratch.write("log-other", "3\n")

            let texts = await bench.texts(3)
            #expect(texts.filter { $0 == "1" }.isEmpty)
            #expect(texts.contains("2"))
            #expect(texts.contains("3"))
        }
    }

    @Test(
        "a block claims the files that it means",
        arguments: [
            (
                "/var/lib/docker/containers/*/*-json.log",
                "/var/lib/docker/containers/a/a-json.log", true
            ),
            (
                "/var/lib/docker/containers/*/*-json.log", "/var/lib/docker/containers/a/a.log",
                false
            ),
            (
                "/var/lib/docker/containers/*/*-json.log", "/var/lib/docker/containers/a-json.log",
                false
            ),
            ("/var/log/*", "/var/log/.hidden", false), ("/var/log/syslog", "/var/log/syslog", true),
            ("/var/log/[a-c]?", "/var/log/b1", true), ("/var/log/[a-c]?", "/var/log/d1", false),
            ("/var/log/*", "/var/log/excluded", false),
        ]
    )
    func claims(location: String, path: String, isClaimed: Bool) {
        let collector = LocalFileCollector(
            files: [LocalFile(location, excludes: ["/var/log/exclude?"])],
            agent: CollectorBench.agent
        )

        #expect(collector.claims(FilePath(path)) == isClaimed)
    }

    @Test("a date in a path is filled in")
    func datedPath() {
        let pattern = PathPattern("/log/%Y-%m-%d.log")

        // Noon, so that it is that day in all zones but the outermost.
        #expect(pattern.matches(FilePath("/log/2026-11-23.log"), atSeconds: 1_795_435_200))
        #expect(!pattern.matches(FilePath("/log/2026-11-24.log"), atSeconds: 1_795_435_200))
    }

    @Test("counts of events, bytes and drops are on the board")
    func counts() async throws {
        try await run { scratch, bench in
            try scratch.write("log", "")
            bench.collect(LocalFile(scratch.file("log"), .json))
            await bench.state(of: .file, \.isConnected)

            try scratch.append("log", "no object\n{}\n")
            _ = await bench.next(1)
            try scratch.append("log", "{}\n")
            _ = await bench.next(1)

            let totals = bench.board.totals.counts
            #expect(totals.dropped == 1)
            #expect(totals.events >= 1)
            #expect(totals.bytes >= 2)
        }
    }
}

@Suite("Where reading goes on after a restart", .timeLimit(.minutes(1)))
struct ResumeTests {
    private func run(
        _ scratch: Scratch,
        acknowledges: Bool = true,
        _ body: (CollectorBench) async throws -> Void
    ) async throws {
        try await CollectorBench.run(
            positions: scratch.file("positions"),
            acknowledges: acknowledges
        ) { bench in
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try await body(bench)
        }
    }

    @Test("what came while Jaga was away is read, what was acknowledged is not")
    func resume() async throws {
        let scratch = try Scratch()
        try scratch.write("log", "before\n")
        try await run(scratch) { bench in
            try scratch.append("log", "seen\n")
            _ = await bench.next(1)
        }
        try scratch.append("log", "away\n")

        try await run(scratch) { bench in
            #expect(await bench.texts(1) == ["away"])
        }
    }

    @Test("what was delivered and not acknowledged comes again")
    func unacknowledged() async throws {
        let scratch = try Scratch()
        try scratch.write("log", "")
        try await run(scratch, acknowledges: false) { bench in
            try scratch.append("log", "lost\n")
            _ = await bench.next(1)
        }

        try await run(scratch) { bench in
            #expect(await bench.texts(1) == ["lost"])
        }
    }

    @Test("a file rotated while Jaga was away is read to its end, then the new one")
    func rotatedAway() async throws {
        let scratch = try Scratch()
        try scratch.write("log", "")
        try await run(scratch) { bench in
            try scratch.append("log", "seen\n")
            _ = await bench.next(1)
        }
        try scratch.append("log", "unseen\n")
        try scratch.rename("log", to: "log.1")
        try scratch.write("log", "new\n")

        try await run(scratch) { bench in
            #expect(await bench.texts(2) == ["unseen", "new"])
        }
    }

    @Test("a file of the same name and inode with another beginning is read whole")
    func replaced() async throws {
        let scratch = try Scratch()
        try scratch.write("log", "")
        try await run(scratch) { bench in
            try scratch.append("log", "seen\n")
            _ = await bench.next(1)
        }
        try scratch.write("log", "other\nlines\n")

        try await run(scratch) { bench in
            #expect(await bench.texts(2) == ["other", "lines"])
        }
    }

    @Test("two thousand positions with odd names survive, a damaged line costs only itself")
    func manyPositions() async throws {
        let scratch = try Scratch()
        try scratch.makeFolder("many")
        for number in 0..<2000 { try scratch.write("many/ö% \(number).log", "") }
        let pattern = LocalFile(scratch.file("many/*.log"))
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            bench.collect(pattern)
            while bench.store.ledger.count < 2000, !Task.isCancelled { await Task.yield() }
        }
        try scratch.append("positions", "file 1 2\n")
        try scratch.append("many/ö% 1999.log", "line\n")

        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            #expect(bench.store.ledger.count == 2000)
            #expect(bench.store.damagedLines == 1)
            bench.collect(pattern)
            #expect(await bench.texts(1) == ["line"])
        }
    }

    @Test("a file that is none of positions is refused, and says what to do")
    func notPositions() throws {
        let scratch = try Scratch()
        try scratch.write("positions", "something else\n")

        let failure = #expect(throws: CollectorError.self) {
            try PositionStore(path: scratch.file("positions"))
        }
        #expect(failure?.code == .positionsUnreadable)
        #expect(failure?.message.contains("remove it to start anew") == true)
    }
}
