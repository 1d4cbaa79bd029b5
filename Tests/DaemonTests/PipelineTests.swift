// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Synchronization
import Testing

@Suite("From a file to the record", .serialized, .timeLimit(.minutes(1)))
struct PipelineTests {
    private static func record(_ bench: DaemonBench, _ kind: String) throws -> [String] {
        let path = bench.data + "/\(kind)/\(kind).json"
        return try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    private static func numbers(_ lines: [String]) throws -> [Int] {
        struct Line: Decodable {
            let full_log: String
        }
        return try lines.map { line in
            let text = try JSONDecoder().decode(Line.self, from: Data(line.utf8)).full_log
            return try #require(Int(text.dropFirst("event ".count)))
        }
    }

    @Test("a record that lost its end is completed from the spool, byte by byte as it was")
    func completesRecords() async throws {
        let bench = try DaemonBench()
        try bench.append(0..<25)
        try await bench.run { await $0.alerts(25) }
        let alerts = bench.data + "/alerts/alerts.json"
        let archives = bench.data + "/archives/archives.json"
        let whole = try Data(contentsOf: URL(fileURLWithPath: alerts))
        let all = try Data(contentsOf: URL(fileURLWithPath: archives))
        #expect(try Self.numbers(Self.record(bench, "alerts")) == Array(0..<25))

        for cut in [0, 1, 200, whole.count / 3, whole.count / 2, whole.count - 1, whole.count] {
            let archiveCut = all.count * cut / max(whole.count, 1)
            for (path, size) in [(alerts, cut), (archives, archiveCut)] {
                try #require(truncate(path, off_t(size)) == 0)
            }
            // As if it was killed before it saved what the engine knows.
            try FileManager.default.removeItem(atPath: bench.data + "/state/engine.snapshot")
            let kept = try Self.wholeLines(Data(contentsOf: URL(fileURLWithPath: alerts)))
            try await bench.run { await $0.alerts(25 - kept) }

            #expect(try Data(contentsOf: URL(fileURLWithPath: alerts)) == whole, "cut at \(cut)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: archives)) == all, "cut at \(cut)")
        }
    }

    @Test("while the analysis is frozen the spool takes everything, and nothing is lost")
    func frozenAnalysis() async throws {
        let bench = try DaemonBench()
        let gate = Gate()
        try bench.append(0..<1)
        try await bench.run(onAlerts: { gate.wait() }) { bench in
            await bench.alerts(1)
            let clock = ContinuousClock()
            let thaw = clock.now + .seconds(10)
            for start in stride(from: 1, to: 10_001, by: 100) {
                try bench.append(start..<start + 100)
            }
            // In flight, as the figures say while the analysis stands still.
            while bench.metric("jaga_in_flight_events") != 10_000 {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(bench.metric("jaga_received_events_total") == 10_001)
            #expect(bench.metric("jaga_stored_events_total") == 1)
            try await clock.sleep(until: thaw)
            gate.open()
            await bench.alerts(10_001)
        }

        #expect(try Self.numbers(Self.record(bench, "alerts")) == Array(0...10_000))
        #expect(try Self.numbers(Self.record(bench, "archives")) == Array(0...10_000))
        #expect(bench.metric("jaga_stored_events_total") == 10_001)
        #expect(bench.metric("jaga_in_flight_events") == 0)
    }

    private static func wholeLines(_ bytes: Data) -> Int { bytes.count { $0 == 0x0A } }
}

/// Holds a thread up until it is opened.
private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    private let condition = NSCondition()

    func wait() {
        condition.lock()
        while !isOpen.withLock({ $0 }) { condition.wait() }
        condition.unlock()
    }

    func open() {
        condition.withLock {
            isOpen.withLock { $0 = true }
            condition.broadcast()
        }
    }
}
