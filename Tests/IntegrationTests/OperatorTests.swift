// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What an operator asks beside `jaga up`: how it stands, what is amiss.
@Suite(
    "jaga status and jaga doctor",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct OperatorTests {
    @Test("the status lists each source with its state and what it brought")
    func status() throws {
        let engine = try #require(TestEngine.current)
        let folder = try TemporaryFolder()
        let log = folder.path + "/app.log"
        let settings = folder.path + "/ossec.conf"
        try "".write(toFile: log, atomically: false, encoding: .utf8)
        try """
        <ossec_config><localfile><location>\(log)</location>\
        <log_format>syslog</log_format></localfile></ossec_config>
        """.write(toFile: settings, atomically: false, encoding: .utf8)
        let jaga = try RunningJaga(
            ["--config", settings],
            environment: ["DOCKER_HOST": engine.host]
        )
        #expect(try jaga.process.stop() == 0)

        let table = try Shell.run([Binary.path, "status", "--data", jaga.data])
        #expect(table.status == 0)
        let lines = table.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("STATE") && $0.contains("BEHIND") })
        #expect(lines.contains { $0.contains(" docker-events ") })
        #expect(lines.contains { $0.contains("file \(log)") })

        let json = try Shell.run([Binary.path, "status", "--json", "--data", jaga.data])
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        let sources = (object as? [String: Any])?["sources"] as? [[String: Any]]
        #expect(sources?.contains { $0["name"] as? String == log } == true)
    }

    @Test("what was dropped, cut and left out is seen, and received is stored and in flight")
    func losses() throws {
        let engine = try #require(TestEngine.current)
        let folder = try TemporaryFolder()
        let log = folder.path + "/app.log"
        let settings = folder.path + "/ossec.conf"
        try "".write(toFile: log, atomically: false, encoding: .utf8)
        try """
        <ossec_config><localfile><location>\(log)</location><log_format>syslog</log_format>\
        <max_line_size>64</max_line_size><ignore>secret</ignore></localfile></ossec_config>
        """.write(toFile: settings, atomically: false, encoding: .utf8)
        let name = "jaga-status-none"
        engine.remove(name)
        defer { engine.remove(name) }
        try engine.docker("run", "-d", "--log-driver", "none", "--name", name, "busybox", "true")
        let jaga = try RunningJaga(
            ["--config", settings, "--archives"],
            environment: ["DOCKER_HOST": engine.host]
        )
        try jaga.process.errorLine { $0.contains("containers: connected") }
        let long = String(repeating: "x", count: 100)
        try "plain\nsecret\n\(long)\nend\n".write(toFile: log, atomically: false, encoding: .utf8)
        let archives = jaga.data + "/archives/archives.json"
        let records = try Self.lines(of: archives) { $0.contains(#""full_log":"end""#) }
        // It is written every ten seconds.
        let end = Date(timeIntervalSinceNow: 30)
        let asked = [Binary.path, "status", "--json", "--data", jaga.data]
        while try !Shell.run(asked).output.contains(name) {
            try #require(Date() < end, "the status does not name \(name)")
            Thread.sleep(forTimeInterval: 0.1)
        }
        #expect(try jaga.process.stop() == 0)

        let cut = records.filter { $0.contains(#""full_log":"xxx"#) }
        #expect(cut.count == 1)
        #expect(cut.first?.contains(#","jaga":{"truncated":true,"sequence":"#) == true)
        #expect(records.count { $0.contains(#""truncated":true"#) } == 1)

        let json = try Shell.run([Binary.path, "status", "--json", "--data", jaga.data])
        let status = try JSONDecoder().decode(SeenStatus.self, from: Data(json.output.utf8))
        let file = try #require(status.sources.first { $0.name == log })
        #expect(file.position == "118")
        #expect(file.lag_bytes == 0)
        #expect(file.lag_seconds == 0)
        #expect(file.events == 3)
        #expect(file.truncated == 1)
        #expect(file.ignored == 1)
        #expect(file.dropped + file.gaps + file.lost_bytes + file.skipped_bytes == 0)
        #expect(status.spool.received >= 3)
        #expect(status.spool.received == status.spool.stored + status.spool.waiting)
        let none = try #require(status.sources.first { $0.name.contains(name) })
        #expect(none.state == "ignored")
        #expect(none.detail == "not read: its log driver is none, so there is no log")

        let table = try Shell.run([Binary.path, "status", "--data", jaga.data]).output
        let balance =
            "\(status.spool.received) received = \(status.spool.stored) stored + 0 in flight"
        #expect(table.contains(balance))
        #expect(table.contains(" records, 0 damaged"))
        let metrics = try Shell.run([Binary.path, "status", "--metrics", "--data", jaga.data])
            .output
        for series in ["ignored", "truncated"] {
            #expect(metrics.contains("jaga_source_\(series){source=\"file \(log)\"} 1\n"))
        }
        #expect(metrics.contains("jaga_source_lag_seconds{source=\"file \(log)\"} 0\n"))
    }

    private struct SeenStatus: Decodable {
        struct Source: Decodable {
            let name, state, detail, position: String
            let lag_bytes: Int?
            let lag_seconds: Double?
            let events, dropped, truncated, ignored, gaps, lost_bytes, skipped_bytes: Int
        }

        struct Spool: Decodable {
            let received, stored, waiting: Int
        }

        let spool: Spool
        let sources: [Source]
    }

    /// The lines of a file once one of them satisfies a claim, or after half a minute.
    private static func lines(of path: String, _ isLast: (String) -> Bool) throws -> [String] {
        let deadline = Date(timeIntervalSinceNow: 30)
        while true {
            let content = FileManager.default.contents(atPath: path) ?? Data()
            let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
                .map(String.init)
            if lines.contains(where: isLast) || Date() > deadline { return lines }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    @Test("the status of a folder on which nothing ran is an error that says so")
    func noStatus() throws {
        let folder = try TemporaryFolder()
        let result = try Shell.run([Binary.path, "status", "--data", folder.path])
        #expect(result.status == 2)
        #expect(result.errors.contains("is `jaga up` running on this data folder?"))
    }

    @Test("the doctor names the engine and finds no problem where Jaga can work")
    func healthy() throws {
        let engine = try #require(TestEngine.current)
        let folder = try TemporaryFolder()
        let result = try Shell.run(
            [Binary.path, "doctor", "--data", folder.path + "/data"],
            environment: ["DOCKER_HOST": engine.host]
        )
        #expect(result.status == 0)
        #expect(result.output.contains("ok       docker engine   Docker "))
        #expect(result.output.contains("container logs"))
    }

    @Test("the doctor exits with 1 and says what to do when there is no engine")
    func noEngine() throws {
        let folder = try TemporaryFolder()
        let result = try Shell.run(
            [Binary.path, "doctor", "--json", "--data", folder.path + "/data"],
            environment: ["DOCKER_HOST": "unix://\(folder.path)/none.sock"]
        )
        #expect(result.status == 1)
        let first = result.output.split(separator: "\n").first ?? ""
        #expect(first.contains(#""verdict":"problem","subject":"docker engine""#))
    }
}
