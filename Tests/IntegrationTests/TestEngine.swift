// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// The real Docker engine that `scripts/test` started for these tests.
struct TestEngine: Sendable {
    /// The folder of `scripts/test-engine`.
    let folder: String
    let host: String
    /// Address of published ports, inside the engine's network.
    static let address = "198.51.100.1"
    /// Where requests come from.
    static let client = "198.51.100.7"

    /// The engine, or nil when the tests run without one.
    static let current: TestEngine? = {
        let environment = ProcessInfo.processInfo.environment
        guard let folder = environment["JAGA_TEST_ENGINE_DIR"],
            let host = environment["JAGA_TEST_DOCKER_HOST"]
        else { return nil }
        return TestEngine(folder: folder, host: host)
    }()

    static let absence: Comment =
        "no Docker engine for tests: run scripts/test, which starts one"

    /// Runs `docker ARGUMENTS` against it; the command must succeed.
    @discardableResult
    func docker(_ arguments: String...) throws -> String {
        try Shell.expect(["docker"] + arguments, environment: ["DOCKER_HOST": host])
    }

    /// Runs a command inside the engine's network.
    @discardableResult
    func inside(_ arguments: String...) throws -> String {
        try Shell.expect([Self.script, "exec", folder, "--"] + arguments)
    }

    /// Asks a published port, from ``client``.
    @discardableResult
    func curl(_ path: String, port: Int, _ options: String...) throws -> String {
        try Shell.expect(
            [Self.script, "exec", folder, "--", "curl", "-s", "--retry", "20"]
                + ["--retry-connrefused", "--interface", Self.client] + options
                + ["http://\(Self.address):\(port)\(path)"]
        )
    }

    /// Removes a container whatever its state; nothing happens when there is
    /// none.
    func remove(_ container: String) {
        _ = try? Shell.run(
            ["docker", "rm", "-f", container],
            environment: ["DOCKER_HOST": host]
        )
    }

    static let script = TestData.checkout + "/scripts/test-engine"
}

/// The built `jaga`.
enum Binary {
    static let path: String =
        ProcessInfo.processInfo.environment["JAGA_TEST_BINARY"]
        ?? TestData.checkout + "/.build/debug/jaga"
}

/// An alert, as far as these tests look into it.
struct SeenAlert: Decodable {
    struct Rule: Decodable {
        let id: String
        let level: Int
        let description: String
        let groups: [String]
    }

    struct Decoder: Decodable {
        let name: String?
        let parent: String?
    }

    struct Container: Decodable {
        struct Compose: Decodable {
            let project: String?
            let service: String?
        }
        let id: String
        let name: String
        let image: String
        let compose: Compose?
        let labels: [String: String]?
    }

    struct Docker: Decodable {
        let Action: String?
        let timeNano: String?
    }

    struct Fields: Decodable {
        let srcip: String?
        let `protocol`: String?
        let url: String?
        let id: String?
        let container: Container?
        let docker: Docker?
        let campaign: Campaign?
    }

    struct Campaign: Decodable {
        let state: String?
        let tool: String?
    }

    let timestamp: String
    let rule: Rule
    let decoder: Decoder
    let data: Fields?
    let location: String
    let full_log: String?
}

/// `jaga up` under test, with a data folder of its own.
final class RunningJaga: Sendable {
    let process: RunningProcess
    let folder: TemporaryFolder
    var data: String { folder.path + "/data" }

    // Starts it and waits until it says `ready`: `arguments` go behind
    // `jaga up --data FOLDER`, a `folder` of an earlier run goes on with its
    // state, a `wrapper` is a command line that starts the program. It listens
    // on no port unless `arguments` say so: see ``Dashboard``.
    init(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        folder: TemporaryFolder? = nil,
        wrapper: [String] = [],
        ready: String = "connected"
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        process = try RunningProcess(
            wrapper + [Binary.path, "up", "--data", folder.path + "/data"] + arguments,
            environment: ["JAGA_LISTEN": "off"].merging(environment) { $1 }
        )
        if !ready.isEmpty { try process.errorLine { $0.contains(ready) } }
    }

    /// Alerts in `alerts.json` so far.
    func alerts() throws -> [SeenAlert] {
        let content = FileManager.default.contents(atPath: data + "/alerts/alerts.json") ?? Data()
        return try content.split(separator: 0x0A).map {
            try JSONDecoder().decode(SeenAlert.self, from: Data($0))
        }
    }

    /// Waits for an alert on the terminal and in `alerts.json`; the terminal
    /// line comes after the file was synced.
    @discardableResult
    func alert(
        within seconds: TimeInterval = 10,
        _ words: String...,
        where claim: (SeenAlert) -> Bool
    ) throws -> SeenAlert {
        try process.line(within: seconds) { line in words.allSatisfy(line.contains) }
        let all = try alerts()
        guard let alert = all.last(where: claim) else {
            throw NotSeen(
                process: "alerts.json",
                lines: all.map { "\($0.rule.id) \($0.full_log ?? "")" },
                errorLines: process.errorLines
            )
        }
        return alert
    }
}
