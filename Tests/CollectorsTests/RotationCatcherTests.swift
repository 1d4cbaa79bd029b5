// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import JagaTesting
import Testing

@Suite("Files that are rotated quickly", .serialized, .timeLimit(.minutes(1)))
struct RotationCatcherTests {
    @Test("a file that is gone already is read, and so is the one that has the path")
    func removed() throws {
        let scratch = try Scratch()
        try scratch.write("log", "line 0")
        let log = Rotated(scratch, "log")
        let catcher = try #require(RotationCatcher())
        defer { catcher.stop() }
        catcher.begin(log.path)

        for number in 1...5 {
            try log.rotate("line \(number)")
            // All since the first, and the newest once more.
            #expect(log.areOpen(number + 2))
        }
        let haul = catcher.take(log.path)

        #expect(Self.texts(haul) == ["line 0", "line 1", "line 2", "line 3", "line 4", "line 5"])
        #expect(haul.missed == 0)
        #expect(Self.texts(catcher.take(log.path)) == [])
    }

    @Test("files that could not be opened are counted, one by one")
    func missed() throws {
        let scratch = try Scratch()
        try scratch.write("log", "line 0")
        let log = Rotated(scratch, "log")
        // There is room for one, and that is the first.
        let catcher = try #require(RotationCatcher(heldLimit: 1))
        defer { catcher.stop() }
        catcher.begin(log.path)

        for number in 1...6 { try log.rotate("line \(number)") }
        #expect(Self.texts(catcher.take(log.path)) == ["line 0"])
        var haul = catcher.take(log.path)
        // Two rotated ones are kept beside the newest.
        #expect(Self.texts(haul) == ["line 4", "line 5", "line 6"])
        // The thread may not have heard of all yet.
        for _ in 0..<5_000 where haul.missed < 3 {
            usleep(1_000)
            haul.missed += catcher.take(log.path).missed
        }

        #expect(haul.missed == 3)
    }

    private static func texts(_ haul: RotationCatcher.Haul) -> [String] {
        haul.files.map { file in
            defer { close(file.descriptor) }
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = max(0, pread(file.descriptor, &buffer, buffer.count, 0))
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    @Test(
        "a log that is known to be full in a moment is read from its first file, or gaps are said"
    )
    func quick() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            var web = ScriptedContainer(id: "w1", name: "web")
            web.logOptions = #""max-size":"10k""#
            try docker.makeLog(of: "w1", nil)

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .dockerLogs, \.isConnected)
                docker.define(web)
                events.send(web.event("create", at: 1_900_000_000_000_000_000))
                await docker.bench.state(of: .container) { $0.waitingReason == "no such file" }

                let (missing, gaps) = try await Self.storm(docker)
                #expect(missing.isEmpty || gaps > 0, "\(missing.sorted())")
            }
        }
    }

    @Test("of a log rotated every millisecond all lines come, or as many are said to lack")
    func unannounced() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(ScriptedContainer(id: "w1", name: "web"))
            try docker.makeLog(of: "w1", "")

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container, \.isConnected)
                let log = Rotated(docker.scratch, "containers/w1/w1-json.log")
                for number in -2...0 {
                    try log.rotate(record("\(number)\\n"))
                    #expect(await docker.bench.texts(1) == ["\(number)"])
                }

                let (missing, gaps) = try await Self.storm(docker)
                #expect(missing.count == gaps, "\(missing.sorted())")
            }
        }
    }

    /// The lines that did not come, of which each had a file of its own.
    private static func storm(
        _ docker: DockerBench
    ) async throws -> (missing: Set<Int>, gaps: Int) {
        let log = Rotated(docker.scratch, "containers/w1/w1-json.log")
        let storm = Storm(log, numbers: 1...400)
        let got = await docker.bench.events { $0.text == "400" }.compactMap { Int($0.text) }
        storm.join()

        let gaps = await docker.bench.state(of: .container, \.isConnected)?.counts.gaps
        #expect(got == got.sorted() && Set(got).count == got.count)
        return (Set(1...400).subtracting(got), Int(gaps ?? -1))
    }
}

/// A log of which an engine keeps two rotated files.
private struct Rotated: Sendable {
    private let scratch: Scratch
    private let name: String

    var path: FilePath { FilePath(scratch.file(name)) }

    init(_ scratch: Scratch, _ name: String) {
        (self.scratch, self.name) = (scratch, name)
    }

    /// As the driver json-file does it.
    func rotate(_ text: String) throws {
        unlink(scratch.file(name + ".2"))
        rename(scratch.file(name + ".1"), scratch.file(name + ".2"))
        rename(scratch.file(name), scratch.file(name + ".1"))
        try scratch.write(name, text)
    }
}

extension Rotated {
    /// Whether this process has so many files of the log open, soon.
    func areOpen(_ count: Int) -> Bool {
        for _ in 0..<5_000 {
            if openCount == count { return true }
            usleep(1_000)
        }
        return false
    }

    private var openCount: Int {
        (0..<1_024).count { descriptor in
            var target = [UInt8](repeating: 0, count: 512)
            let count = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
            return count > 0 && target[..<count].starts(with: path.bytes)
        }
    }
}

/// Rotates a log every millisecond, on a thread of its own.
private final class Storm: Sendable {
    private let thread: DedicatedThread?

    init(_ log: Rotated, numbers: ClosedRange<Int>) {
        thread = try? DedicatedThread(name: "storm") {
            for number in numbers {
                try? log.rotate(record("\(number)\\n"))
                usleep(1_000)
            }
        }
    }

    func join() { thread?.join() }
}
