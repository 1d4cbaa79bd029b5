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
