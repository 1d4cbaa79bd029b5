// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Testing

/// What a block leaves out, and what happens where the system gives less than
/// is wanted.
@Suite("Limits of files that are followed", .timeLimit(.minutes(1)))
struct FileLimitTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func run(
        _ change: (inout FileWatcher.Configuration) -> Void = { _ in },
        _ body: (CollectorBench) async throws -> Void
    ) async throws {
        var configuration = CollectorBench.quick
        change(&configuration)
        try await CollectorBench.run(
            positions: scratch.file("positions"),
            configuration: configuration,
            body
        )
    }

    private static func detail(_ status: SourceStatus?) -> String? {
        if case .connected(let detail)? = status?.state { detail } else { nil }
    }

    // MARK: What the system lacks

    @Test("without room for watches files are looked at again and again, and it is said")
    func fewWatches() async throws {
        try scratch.write("a.log", "old\n")
        try scratch.write("b.log", "old\n")
        // One for the folder, one for a file.
        try await run({ $0.watchLimit = 2 }) { bench in
            bench.collect(LocalFile(scratch.file("*.log")))
            let status = await bench.state(of: .file) { $0.isConnected && $0 != .connected("") }
            #expect(Self.detail(status)?.contains("raise fs.inotify.max_user_watches") == true)
            try scratch.append("a.log", "new a\n")
            try scratch.append("b.log", "new b\n")
            #expect(await bench.texts(2).sorted() == ["new a", "new b"])
        }
    }

    @Test("without inotify files are looked at again and again, and it is said")
    func noInotify() async throws {
        try scratch.write("log", "old\n")
        try await run({ $0.watchLimit = 0 }) { bench in
            bench.collect(LocalFile(scratch.file("log")), LocalFile(scratch.file("l*g2")))
            let status = await bench.state(of: .file, \.isConnected)
            #expect(Self.detail(status)?.contains("raise fs.inotify.max_user_instances") == true)
            try scratch.append("log", "new\n")
            let new = await bench.texts(1)
            #expect(new == ["new"])
            try scratch.append("log2", "found\n")
            let found = await bench.texts(1)
            #expect(found == ["found"])
        }
    }

    @Test("more files than may be open are all read, each line once")
    func parking() async throws {
        let names = (0..<12).map { "app\($0).log" }
        for name in names { try scratch.write(name, "") }
        try await run({ $0.openFileLimit = 4 }) { bench in
            bench.collect(LocalFile(scratch.file("app*.log")))
            while bench.board.statuses.count(where: \.state.isConnected) < names.count {
                await Task.yield()
            }
            for round in 1...3 {
                for name in names { try scratch.append(name, "\(name) \(round)\n") }
                let texts = await bench.texts(names.count)
                #expect(texts.sorted() == names.map { "\($0) \(round)" }.sorted())
                while openLogs() > 4 { await Task.yield() }
            }
        }
    }

    @Test("a file that was closed, removed and made anew with its inode is read whole")
    func reusedInode() async throws {
        try scratch.write("log", "")
        try await run({ $0.openFileLimit = 0 }) { bench in
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "first\n")
            #expect(await bench.texts(1) == ["first"])
            while openLogs() > 0 { await Task.yield() }

            try scratch.remove("log")
            try scratch.write("log", "other\nlonger than before\n")

            let events = await bench.events { $0.text == "longer than before" }
            let texts = events.map(\.text).filter { !$0.hasPrefix("ossec: ") }
            #expect(texts == ["other", "longer than before"])
        }
    }

    /// Descriptors of this process that lead to logs of the folder.
    private func openLogs() -> Int {
        var count = 0
        for descriptor in 0..<1024 {
            var buffer = [CChar](repeating: 0, count: 256)
            let length = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
            guard length > 0 else { continue }
            let bytes = buffer.prefix(length).map { UInt8(bitPattern: $0) }
            let path = String(decoding: bytes, as: UTF8.self)
            if path.hasPrefix(scratch.path), path.contains("log") { count += 1 }
        }
        return count
    }

    // MARK: What a block leaves out

    private func file(_ name: String, _ change: (inout ReadingLimits) -> Void) -> LocalFile {
        var file = LocalFile(
            location: scratch.file(name),
            format: .lines,
            excludes: [],
            onlyFutureEvents: false
        )
        change(&file.limits)
        return file
    }

    @Test("what was not written for longer than age is passed over, and counted")
    func age() async throws {
        try scratch.write("log", "old\n")
        var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0)]
        times.append(times[0])
        utimes(scratch.file("log"), &times)
        try await run { bench in
            bench.collect(file("log") { $0.age = .seconds(60) })
            await bench.state(of: .file, \.isConnected)
            #expect(bench.board.totals.counts.skippedBytes == 4)
            try scratch.append("log", "new\n")
            #expect(await bench.texts(1) == ["new"])
        }
    }

    @Test("a file written within age is read from its beginning")
    func young() async throws {
        try scratch.write("log", "old\n")
        try await run { bench in
            bench.collect(file("log") { $0.age = .seconds(3600) })
            #expect(await bench.texts(1) == ["old"])
        }
    }

    @Test("more than max-size that came meanwhile is passed over, and counted", arguments: [8, 7])
    func maxSize(limit: Int64) async throws {
        try scratch.write("log", "")
        try await run { bench in
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "one\n")
            _ = await bench.next(1)
        }
        try scratch.append("log", "two\nsix\n")
        try await run { bench in
            bench.collect(file("log") { $0.backlog = limit })
            await bench.state(of: .file, \.isConnected)
            try scratch.append("log", "new\n")
            let isRead = limit == 8
            let expected = isRead ? ["two", "six", "new"] : ["new"]
            #expect(await bench.texts(expected.count) == expected)
            #expect(bench.board.totals.counts.skippedBytes == (isRead ? 0 : 8))
        }
    }

    @Test("with ignore_binaries a file that begins with no text waits, until it is one")
    func binaries() async throws {
        try scratch.append("log", bytes: [0x7F, 0x45, 0x4C, 0x46, 0, 1, 2, 0xFF, 0x0A])
        try await run { bench in
            bench.collect(file("log") { $0.ignoresBinaries = true })
            let status = await bench.state(of: .file) { $0.waitingReason != nil }
            #expect(status?.state.waitingReason?.contains("ignore_binaries") == true)
            try scratch.write("log", "text\n")
            #expect(await bench.texts(1) == ["text"])
        }
    }

    @Test("when the date in a path changes, the next file is read from its beginning")
    func rollOver() async throws {
        // Each second has a file of its own, which is there long before.
        let paths = (0..<60).map { "app-\($0 < 10 ? "0" : "")\($0).log" }
        for path in paths { try scratch.write(path, path + "\n") }
        try await run { bench in
            bench.collect(LocalFile(scratch.file("app-%S.log")))
            let texts = await bench.texts(2)
            let places = texts.compactMap { paths.firstIndex(of: $0) }
            try #require(places.count == 2)
            #expect(places[1] == (places[0] + 1) % 60)
        }
    }

    @Test("Jaga's own files are not read, and it is said why")
    func ownFiles() async throws {
        try scratch.makeFolder("data")
        try scratch.write("data/alerts.json", "old\n")
        try scratch.write("other.json", "old\n")
        symlink(scratch.file("data/alerts.json"), scratch.file("link.json"))
        let own = OwnFiles(folder: scratch.file("data"))
        try await run({ $0.ownFiles = own }) { bench in
            bench.collect(
                LocalFile(scratch.file("data/*.json")),
                LocalFile(scratch.file("*.json"))
            )
            await bench.state(of: .file, \.isConnected)
            try scratch.append("data/alerts.json", "feedback\n")
            try scratch.append("data/archives.json", "feedback\n")
            while bench.board.statuses.count < 4 { await Task.yield() }
            try scratch.append("other.json", "new\n")

            #expect(await bench.texts(1) == ["new"])
            let ignored = bench.board.statuses.filter { $0.state.ignoredReason != nil }
            #expect(ignored.count == 3)
            let reason = "not read: it lies in Jaga's own data folder"
            #expect(ignored.allSatisfy { $0.state.ignoredReason == reason })
        }
    }
}
