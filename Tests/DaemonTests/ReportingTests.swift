// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Glibc
import Synchronization
import Testing
import Transport

@Suite("a host that reports to a Wazuh manager", .serialized, .timeLimit(.minutes(2)))
struct ReportingTests {
    private static let key = "001 web-1 any " + String(repeating: "5", count: 64)

    /// A manager in this process, and the lines that it was told.
    private final class Manager: Sendable {
        private let seen = Mutex<[String]>([])
        private let manager: WazuhManager
        private let task = Mutex<Task<Void, any Error>?>(nil)

        init(_ folder: String, port: Int) throws {
            guard let version = AgentVersion("v4.14.7") else {
                throw CocoaError(.coderInvalidValue)
            }
            var configuration = ManagerConfiguration(
                files: ManagerFiles(root: folder),
                name: "above",
                version: version,
                time: HostTime(
                    now: { Timestamp(nanoseconds: 0) },
                    uptime: {
                        var time = timespec()
                        clock_gettime(CLOCK_MONOTONIC, &time)
                        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
                    }
                )
            )
            configuration.streams = ListenEndpoint(host: "127.0.0.1", port: port)
            manager = WazuhManager(configuration)
        }

        func start() {
            let work = Task { [self] in
                try await manager.run(
                    sink: { [self] batch, kept in
                        let lines = batch.entries.map {
                            String(decoding: batch.bytes[$0.text], as: UTF8.self)
                        }
                        seen.withLock { $0 += lines }
                        kept()
                    },
                    report: { _ in },
                    listening: { _ in }
                )
            }
            task.withLock { $0 = work }
        }

        func stop() async throws {
            let work = task.withLock { $0 }
            work?.cancel()
            try await work?.value
        }

        var events: [String] { seen.withLock { $0 }.filter { $0.hasPrefix("event ") } }
        var notes: [String] { seen.withLock { $0 }.filter { $0.hasPrefix("ossec: ") } }

        func waitFor(_ count: Int) async {
            for _ in 0..<3_000 where events.count < count {
                // A pause between two looks.
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    private static func bench(port: Int) throws -> DaemonBench {
        let bench = try DaemonBench()
        try bench.write(
            """
            <ossec_config>
            <wodle name="docker-listener"><disabled>yes</disabled></wodle>
            <localfile><log_format>syslog</log_format><location>\(bench.folder)/app.log</location>
            <only-future-events>no</only-future-events></localfile>
            <client><server><address>127.0.0.1</address><port>\(port)</port>
            <max_retries>100</max_retries><retry_interval>1</retry_interval></server>
            <enrollment><enabled>no</enabled></enrollment></client>
            </ossec_config>
            """,
            to: "ossec.conf"
        )
        for folder in ["/data/reporting/etc", "/above/etc"] {
            try FileManager.default.createDirectory(
                atPath: bench.folder + folder,
                withIntermediateDirectories: true
            )
            try bench.write(key + "\n", to: folder + "/client.keys")
        }
        return bench
    }

    @Test("what happened while the manager was away is reported in order, and once")
    func away() async throws {
        let port = try Self.freePort()
        let bench = try Self.bench(port: port)
        let lines = { (range: Range<Int>) in range.map { "event \($0)" } }

        // Nobody listens yet.
        try bench.append(0..<20)
        try await bench.run { await $0.alerts(20) }
        let manager = try Manager(bench.folder + "/above", port: port)
        manager.start()
        try bench.append(20..<40)
        try await bench.run { _ in await manager.waitFor(40) }
        #expect(manager.events == lines(0..<40))
        #expect(manager.notes.contains("ossec: Agent started: 'web-1->127.0.0.1'."))

        // What was acknowledged is not sent again by the next run.
        let noted = try String(contentsOfFile: bench.data + "/state/reported", encoding: .utf8)
        try bench.append(40..<45)
        try await bench.run { bench in
            await manager.waitFor(45)
            await Self.positionMoves(bench, from: noted)
        }
        try await manager.stop()

        #expect(manager.events.suffix(5) == lines(40..<45)[...])
        #expect(Set(manager.events) == Set(lines(0..<45)))
        #expect(bench.metric("jaga_reporting_lost_total") == 0)
    }

    /// Until the manager's acknowledgement is in the file.
    private static func positionMoves(_ bench: DaemonBench, from old: String) async {
        for _ in 0..<3_000 {
            let now = try? String(contentsOfFile: bench.data + "/state/reported", encoding: .utf8)
            if let now, now != old { return }
            // A pause between two looks.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(result)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
