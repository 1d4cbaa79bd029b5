// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JagaTesting
import Testing

/// A manager and an agent that reads one file, each line of which becomes one alert.
final class CountingFleet {
    private let folder: TemporaryFolder
    private let file: FileHandle
    let link: BadLink?
    /// Of the manager.
    let port = Int.random(in: 21_000...29_000)
    /// Where the agent finds it.
    private let reached: Int
    private(set) var written = 0

    private var alerts: String { folder.path + "/m/alerts/alerts.json" }

    /// The agent reaches the manager over a link that leads to ``port``, or by itself.
    init(over link: (Int) throws -> BadLink? = { _ in nil }) throws {
        self.link = try link(port)
        reached = self.link?.port ?? port
        folder = try TemporaryFolder()
        let log = folder.path + "/auth.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        file = try #require(FileHandle(forWritingAtPath: log))
        try """
        <ossec_config><localfile><log_format>syslog</log_format><location>\(log)</location>
        <only-future-events>no</only-future-events></localfile></ossec_config>
        """.write(toFile: folder.path + "/agent.conf", atomically: false, encoding: .utf8)
    }

    func startManager() throws -> RunningProcess {
        let manager = try RunningProcess(
            [Binary.path, "manager", "--data", folder.path + "/m", "--listen", "off"]
                + ["--agents", "127.0.0.1:\(port)", "--level", "16"],
            environment: ["DOCKER_HOST": "unix://\(folder.path)/none.sock"]
        )
        try manager.errorLine(within: 60) { $0.contains("\(port)") }
        return manager
    }

    /// Enrolled with the first start, while the manager runs.
    func startAgent() throws -> RunningProcess {
        let data = folder.path + "/a"
        if !FileManager.default.fileExists(atPath: data) {
            let token = try Shell.expect(
                [Binary.path, "manager", "token", "create", "--data", folder.path + "/m"]
                    + ["--bare", "--host", "127.0.0.1:\(reached)"]
            )
            try Shell.expect(
                [Binary.path, "agent", "enroll", "https://127.0.0.1:\(reached)", "--token"]
                    + [token, "--name", "edge", "--data", data]
            )
        }
        let agent = try RunningProcess(
            [Binary.path, "agent", "--data", data, "--config", folder.path + "/agent.conf"],
            environment: ["DOCKER_HOST": "unix://\(folder.path)/none.sock"]
        )
        try agent.errorLine(within: 60) { $0.contains("agent") }
        return agent
    }

    /// Writes so many lines, each with a number of its own.
    func write(_ count: Int) throws {
        let lines = (written..<written + count).map {
            "Nov 27 08:00:00 shop sshd[7]: Failed password for invalid user user\($0) from "
                + "192.0.2.9 port 4 ssh2\n"
        }
        try file.write(contentsOf: Data(lines.joined().utf8))
        written += count
    }

    /// Events that wait in the agent's spool, as its metrics told last.
    var waitingEvents: Int {
        let path = folder.path + "/a/state/metrics.prom"
        let text = String(
            decoding: FileManager.default.contents(atPath: path) ?? Data(),
            as: UTF8.self
        )
        let line = text.split(separator: "\n").first { $0.hasPrefix("jaga_in_flight_events ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }

    /// Waits until something is so; false after a minute.
    func waits(until isSo: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: 60)
        while !isSo() {
            guard Date() < deadline else { return false }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return true
    }

    /// Alerts of the agent's lines, and how many different lines they are of, once they are
    /// as wanted or the time is over.
    func counts(
        within seconds: TimeInterval,
        until isWanted: ((all: Int, distinct: Int)) -> Bool
    ) throws -> (all: Int, distinct: Int) {
        let lines =
            "cat '\(alerts)' 2>/dev/null | grep -F '\"name\":\"edge\"'"
            + " | grep -o '\"full_log\":\"[^\"]*user[0-9]* from'"
        // One look for both: the file grows meanwhile.
        let command =
            lines + " | sort | uniq -c | awk '{all += $1; n++} END {print all + 0; print n + 0}'"
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            let words = try Shell.expect(["sh", "-c", command]).split(separator: "\n")
            let numbers = words.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
            let counts = (all: numbers.first ?? 0, distinct: numbers.last ?? 0)
            if isWanted(counts) || Date() > deadline { return counts }
            Thread.sleep(forTimeInterval: 0.5)
        }
    }
}
