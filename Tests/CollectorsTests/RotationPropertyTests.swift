// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import JagaTesting
import Testing

/// A writer that rotates its file in all ways there are, as chance will have it.
///
/// What it leaves out is what loses bytes whoever reads: between copying and
/// truncating it writes nothing, and what it deletes was read.
@Suite("Rotation by chance", .serialized, .timeLimit(.minutes(1)))
struct RotationPropertyTests {
    @Test(
        "no line is lost and none comes twice, also over restarts",
        arguments: 1...24 as ClosedRange<UInt64>
    )
    func rotation(seed: UInt64) async throws {
        let scratch = try Scratch()
        let writer = RandomWriter(scratch, seed: seed)
        try writer.begin()
        var received: [String] = []

        for run in 0..<3 {
            try await CollectorBench.run(positions: scratch.file("positions")) { bench in
                bench.collect(LocalFile(scratch.file("log")))
                await bench.state(of: .file, \.isConnected)
                for _ in 0..<writer.count(upTo: 14) {
                    received += try await writer.step(readBy: bench)
                }
                guard run == 2 else { return }
                received += try await writer.finish(readBy: bench)
            }
            // Past the tick of the clock by which files are stamped.
            try await Task.sleep(for: .milliseconds(12))
            guard run < 2 else { break }
            for _ in 0..<writer.count(upTo: 6) { try writer.stepAlone() }
        }

        let lines = received.filter { !$0.hasPrefix("ossec: ") }
        let expected = writer.lines
        let missing = Self.ranges(Set(expected).subtracting(lines).map(Self.number))
        let counts = Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
        let twice = Self.ranges(counts.filter { $0.value > 1 }.keys.map(Self.number))
        let steps = Comment(rawValue: "seed \(seed): " + writer.steps.joined(separator: ", "))
        #expect(missing == [], steps)
        #expect(twice == [], steps)
        #expect(lines.count == expected.count, steps)
    }

    /// Numbers as `3-7` and `9-9`.
    private static func ranges(_ numbers: [Int]) -> [String] {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { "\($0.lowerBound)-\($0.upperBound)" }
    }

    private static func number(_ line: String) -> Int {
        line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? -1
    }

    @Test(
        "a link that leads to one file after another is followed",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func links(seed: UInt64) async throws {
        let scratch = try Scratch()
        var random = SeededGenerator(seed: seed)
        try scratch.write("app-0.log", "")
        symlink("app-0.log", scratch.file("log"))
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            bench.collect(LocalFile(scratch.file("log")))
            await bench.state(of: .file, \.isConnected)
            var number = 0
            for target in 1...8 {
                var text = ""
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    number += 1
                    text += "line \(number) of seed \(seed)\n"
                }
                try scratch.append("app-\(target - 1).log", text)
                if Bool.random(using: &random) {
                    let pause = Int.random(in: 0...2000, using: &random)
                    try await Task.sleep(for: .microseconds(pause))
                }
                try scratch.write("app-\(target).log", "")
                symlink("app-\(target).log", scratch.file("next"))
                try scratch.rename("next", to: "log")
                number += 1
                let first = "line \(number) of seed \(seed)"
                try scratch.append("app-\(target).log", first + "\n")

                let events = await bench.events { $0.text == first }

                let lines = events.map(\.text).filter { !$0.hasPrefix("ossec: ") }
                let begin = number - lines.count + 1
                #expect(lines == (begin...number).map { "line \($0) of seed \(seed)" })
            }
        }
    }
}

/// Writes `log`, and rotates it to `log.1`, `log.2` and so on.
final class RandomWriter {
    /// All that must be read.
    private(set) var lines: [String] = []
    /// What was done, for whoever looks at a failure.
    private(set) var steps: [String] = []
    private let scratch: Scratch
    private var random: SeededGenerator
    private var received: Set<String> = []
    /// The first line of the file that has the path; nil while it is empty.
    private var firstLine: String?

    init(_ scratch: Scratch, seed: UInt64) {
        self.scratch = scratch
        random = SeededGenerator(seed: seed)
    }

    func count(upTo limit: Int) -> Int { Int.random(in: 1...limit, using: &random) }

    func begin() throws { try scratch.write("log", "") }

    /// One change while somebody reads; what was read meanwhile because the
    /// change asks for it.
    func step(readBy bench: CollectorBench) async throws -> [String] {
        try await pause()
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: try append()
        case 5: try rename(lateLines: false)
        case 6:
            // What is written to a file after it was renamed, and was not read when
            // the reader ends, has no position.
            try rename(lateLines: true)
            return await wait(bench, for: lines.last ?? "")
        case 7, 8:
            // A file of which nothing was read yet is not known again.
            let texts = try await waitForFirst(bench)
            try copyTruncate()
            return texts
        default:
            let texts = try await waitForAll(bench)
            steps.append("delete")
            try scratch.remove("log")
            try await pause()
            try scratch.write("log", "")
            firstLine = nil
            // Were it not read when the reader ends, its position would be in a
            // file that is gone: then a rotation meanwhile is not followed.
            return try await texts + waitForAll(bench)
        }
        return []
    }

    /// One change while nobody reads.
    func stepAlone() throws {
        switch Int.random(in: 0..<6, using: &random) {
        case 0..<3: try append()
        case 3, 4: try rename(lateLines: false)
        default: try copyTruncate()
        }
    }

    func finish(readBy bench: CollectorBench) async throws -> [String] {
        try await waitForAll(bench) + waitForAll(bench)
    }

    private func pause() async throws {
        guard Int.random(in: 0..<3, using: &random) > 0 else { return }
        let pause = Int.random(in: 0...3000, using: &random)
        try await Task.sleep(for: .microseconds(pause))
    }

    private func append(to name: String = "log", _ limit: Int = 40) throws {
        var text = ""
        let count = Int.random(in: 1...limit, using: &random)
        for _ in 0..<count {
            let length = Int.random(in: 0...60, using: &random)
            let line = "line \(lines.count) " + String(repeating: "x", count: 12 + length)
            if name == "log", firstLine == nil { firstLine = line }
            lines.append(line)
            text += line + "\n"
        }
        steps.append("append \(count) to \(name)")
        // In two writes, so that half a line is there for a moment.
        let bytes = Array(text.utf8)
        let cut = Int.random(in: 0...bytes.count, using: &random)
        try scratch.append(name, bytes: Array(bytes[..<cut]))
        try scratch.append(name, bytes: Array(bytes[cut...]))
    }

    private func rename(lateLines: Bool) throws {
        steps.append("rename")
        try shift()
        try scratch.rename("log", to: "log.1")
        if lateLines { try append(to: "log.1", 5) }
        try scratch.write("log", "")
        firstLine = nil
    }

    private func copyTruncate() throws {
        guard firstLine != nil else { return }
        steps.append("copy and truncate")
        try shift()
        try scratch.write("log.1", try scratch.read("log"))
        try scratch.write("log", "")
        firstLine = nil
    }

    private func shift() throws {
        for number in stride(from: 60, through: 1, by: -1) {
            let name = "log.\(number)"
            if access(scratch.file(name), F_OK) == 0 {
                try scratch.rename(name, to: "log.\(number + 1)")
            }
        }
    }

    private func waitForFirst(_ bench: CollectorBench) async throws -> [String] {
        if firstLine == nil { try append() }
        guard let firstLine, !received.contains(firstLine) else { return [] }
        return await wait(bench, for: firstLine)
    }

    private func waitForAll(_ bench: CollectorBench) async throws -> [String] {
        try append()
        return await wait(bench, for: lines.last ?? "")
    }

    private func wait(_ bench: CollectorBench, for line: String) async -> [String] {
        let texts = await bench.events { $0.text == line }.map(\.text)
        received.formUnion(texts)
        return texts
    }
}
