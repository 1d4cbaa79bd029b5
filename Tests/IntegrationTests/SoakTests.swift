// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

/// Containers that come and go quickly, and an engine that does.
///
/// Short by default; `JAGA_SOAK_CONTAINERS` and `JAGA_SOAK_RESTARTS` set how
/// many, for a soak by hand.
@Suite(
    "soak: containers and engines that come and go",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct SoakTests {
    @Test("containers that live 50 to 500 ms lose no line, no event and no name")
    func shortLives() throws {
        let engine = try #require(TestEngine.current)
        let count = Self.number("JAGA_SOAK_CONTAINERS", or: 24)
        let jaga = try RunningJaga(["--archives"], environment: ["DOCKER_HOST": engine.host])
        var seed = SeededNumbers(seed: 7)
        let lives = (0..<count).map { (number: $0, tenths: seed.next(below: 46) + 5) }
        try Self.inParallel(lives, width: 4) { life in
            // Twenty lines, a tenth of them over 16 KiB's border, and the last without its newline.
            let script = """
                i=0; while [ $i -lt 19 ]; do i=$((i+1)); echo "soak-\(life.number) line-$i"; done
                usleep \(life.tenths * 10_000); printf 'soak-\(life.number) line-20'
                """
            let name = "jaga-soak-\(life.number)"
            try engine.docker("run", "--rm", "--name", name, "busybox", "sh", "-c", script)
        }

        let expected = (0..<count).flatMap { container in
            (1...20).map { "soak-\(container) line-\($0)" }
        }
        let records = try Self.records(of: jaga) { records in
            let destroyed = records.count { $0.data?.docker?.Action == "destroy" }
            return destroyed >= count
                && Set(records.compactMap(\.full_log)).isSuperset(of: expected)
        }
        #expect(try jaga.process.stop() == 0)

        let lines = records.filter { $0.full_log?.hasPrefix("soak-") == true }
        let missing = Set(expected).subtracting(lines.compactMap(\.full_log))
        #expect(missing.isEmpty, "missing \(missing.sorted().prefix(10))")
        #expect(lines.count == expected.count, "\(lines.count - expected.count) lines twice")
        let wrong = lines.filter { record in
            let number = record.full_log?.split(separator: " ").first?.dropFirst(5) ?? ""
            return record.data?.container?.name != "jaga-soak-\(number)"
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
        for action in ["create", "start", "die", "destroy"] {
            let names = records.filter { $0.data?.docker?.Action == action }.map {
                $0.data?.container?.name ?? "<unknown>"
            }
            let expected = (0..<count).map { "jaga-soak-\($0)" }
            #expect(names.filter { $0.hasPrefix("jaga-soak") }.sorted() == expected.sorted())
            #expect(!names.contains(""))
        }
    }

    @Test(
        "an engine that restarts while containers start and stop: all is told, or marked, and said"
    )
    func engineRestarts() throws {
        let engine = try #require(TestEngine.current)
        let restarts = Self.number("JAGA_SOAK_RESTARTS", or: 2)
        let jaga = try RunningJaga(["--archives"], environment: ["DOCKER_HOST": engine.host])
        engine.remove("jaga-soak-always")
        defer { engine.remove("jaga-soak-always") }
        let loop = "trap exit TERM; while :; do sleep 0.1; done"
        try engine.docker(
            "run",
            "-d",
            "--restart",
            "always",
            "--name",
            "jaga-soak-always",
            "busybox",
            "sh",
            "-c",
            loop
        )
        let tried = Mutex<[String]>([])
        let started = Mutex<[String]>([])
        let isOver = Mutex(false)
        let busy = DispatchGroup()
        DispatchQueue.global().async(group: busy) {
            var number = 0
            while !isOver.withLock({ $0 }) {
                number += 1
                let name = "jaga-soak-r\(number)"
                tried.withLock { $0.append(name) }
                // Fails while the engine is away.
                let result = try? Shell.run(
                    ["docker", "run", "-d", "--name", name, "busybox", "sleep", "0.3"],
                    environment: ["DOCKER_HOST": engine.host]
                )
                if result?.status == 0 { started.withLock { $0.append(name) } }
            }
        }
        for _ in 0..<restarts {
            try Shell.expect([TestEngine.script, "halt", engine.folder])
            try Shell.expect([TestEngine.script, "start", engine.folder])
            try Self.until { try Self.isRunning("jaga-soak-always", engine) }
        }
        isOver.withLock { $0 = true }
        busy.wait()
        let names = started.withLock { $0 }
        defer { for name in tried.withLock({ $0 }) { engine.remove(name) } }
        #expect(!names.isEmpty)

        let records = try Self.records(of: jaga) { records in
            Self.untold(names, ["start", "die"], in: records).isEmpty
                && Self.events("start", of: "jaga-soak-always", in: records) > restarts
        }
        #expect(try jaga.process.stop() == 0)
        let untold = Self.untold(names, ["start", "die"], in: records)
        #expect(untold.isEmpty, "not told: \(untold.prefix(10))")
        #expect(Self.events("start", of: "jaga-soak-always", in: records) == restarts + 1)
        #expect(Self.events("die", of: "jaga-soak-always", in: records) == restarts)
        let gaps = records.count { $0.data?.docker_ext?.gap != nil }
        #expect(gaps >= 1 && gaps <= restarts)
    }

    // MARK: What was recorded

    /// A line of `archives.json`, as far as these tests look into it.
    private struct Record: Decodable {
        struct Fields: Decodable {
            let container: SeenAlert.Container?
            let docker: SeenAlert.Docker?
            let docker_ext: Addition?
        }

        struct Addition: Decodable {
            struct Gap: Decodable {
                let from: String
                let to: String
            }

            let gap: Gap?
        }

        let data: Fields?
        let full_log: String?
    }

    /// All records, once they satisfy a claim, or after half a minute.
    private static func records(
        of jaga: RunningJaga,
        _ isEnough: ([Record]) -> Bool
    ) throws -> [Record] {
        var records: [Record] = []
        let deadline = Date(timeIntervalSinceNow: 30)
        repeat {
            let path = jaga.data + "/archives/archives.json"
            let content = FileManager.default.contents(atPath: path) ?? Data()
            records = content.split(separator: 0x0A).compactMap {
                // The last line may be half written.
                try? JSONDecoder().decode(Record.self, from: Data($0))
            }
            if isEnough(records) { break }
            Thread.sleep(forTimeInterval: 0.2)
        } while Date() < deadline
        return records
    }

    private static func events(_ action: String, of name: String, in records: [Record]) -> Int {
        records.count { $0.data?.docker?.Action == action && $0.data?.container?.name == name }
    }

    private static func untold(
        _ names: [String],
        _ actions: [String],
        in records: [Record]
    ) -> [String] {
        names.flatMap { name in
            actions.filter { events($0, of: name, in: records) == 0 }.map { "\(name) \($0)" }
        }
    }

    // MARK: Running it

    private static func number(_ variable: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? usual
    }

    private static func isRunning(_ name: String, _ engine: TestEngine) throws -> Bool {
        try engine.docker("inspect", "-f", "{{.State.Running}}", name).hasPrefix("true")
    }

    private static func until(_ claim: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while try !claim(), Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
    }

    /// Runs `body` for all elements, `width` at a time; the first failure is
    /// thrown.
    private static func inParallel<Element: Sendable>(
        _ elements: [Element],
        width: Int,
        _ body: @Sendable (Element) throws -> Void
    ) throws {
        let next = Mutex(0)
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: width) { _ in
            while true {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < elements.count else { return }
                do {
                    try body(elements[index])
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}

/// Numbers that are the same for the same seed.
///
/// Source: D. Knuth, MMIX's linear congruential generator.
private struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }
}
