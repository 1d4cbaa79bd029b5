// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Testing

@Suite("An agent after a long time alone", .serialized)
struct CatchUpTests {
    @Test("what waited is delivered beside what is new, and every event is alerted once")
    func twoLanes() async throws {
        let bench = try FleetBench(backlogEvents: 1_000)
        try bench.configureAgent(
            """
            <localfile><log_format>syslog</log_format>
            <location>\(bench.manager.folder)/agent.log</location>
            <only-future-events>no</only-future-events></localfile>
            """
        )
        try Self.append(0..<1, to: bench)
        try await bench.run(group: "web") { bench in
            #expect(await bench.waits { bench.alerts.count == 1 })
        }
        try await bench.runAgent { bench in
            try Self.append(1..<5_000, to: bench)
            #expect(await bench.waits { (bench.waitingEvents ?? 0) >= 4_000 })
        }

        try await bench.run(group: "web") { bench in
            try Self.append(5_000..<5_300, to: bench)
            #expect(await bench.waits { Self.numbers(bench).count >= 5_300 })
        }
        // Once more, for what was delivered and not yet noted.
        try await bench.run(group: "web") { bench in
            try Self.append(5_300..<5_301, to: bench)
            #expect(await bench.waits { Self.numbers(bench).count >= 5_301 })
        }

        #expect(Self.numbers(bench).sorted() == Array(0..<5_301))
        #expect(bench.notices.contains { $0.contains("are delivered beside what is new") })
        #expect(bench.notices.contains("what had waited is delivered"))
    }

    private static func append(_ numbers: Range<Int>, to bench: FleetBench) throws {
        let path = bench.manager.folder + "/agent.log"
        if !FileManager.default.fileExists(atPath: path) {
            try bench.manager.write("", to: "agent.log")
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(numbers.map { "event \($0)\n" }.joined().utf8))
        try file.close()
    }

    /// The numbers of the events that the manager has analysed, each as often as it was.
    private static func numbers(_ bench: FleetBench) -> [Int] {
        let path = bench.manager.data + "/archives/archives.json"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            guard let begin = line.range(of: #""full_log":"event "#) else { return nil }
            return Int(line[begin.upperBound...].prefix { $0.isNumber })
        }
    }
}
