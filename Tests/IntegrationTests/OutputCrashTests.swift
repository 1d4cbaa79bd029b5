// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// Receivers that fail, hang and come back, and `kill -9` of Jaga in between.
@Suite("outputs over failures and kill -9", .serialized, .timeLimit(.minutes(10)))
struct OutputCrashTests {
    private static let seed: UInt64 = 20_261_128
    private static let kills = 6

    /// A receiver of the folder `Receivers`, and what it took.
    private struct Receiver {
        let process: RunningProcess
        let port: String
        let file: String

        init(_ kind: String, _ folder: TemporaryFolder) throws {
            file = folder.path + "/" + kind
            let script =
                TestData.checkout + "/Tests/IntegrationTests/Receivers/receiver.py"
            process = try RunningProcess(
                ["/usr/bin/python3", script, kind, "\(OutputCrashTests.seed)", file]
            )
            port = try process.line { Int($0) != nil }
        }

        /// The messages that it took: key and ids.
        var messages: [(key: String, ids: [String])] {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map { line in
                let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
                return (String(parts[0]), parts[1].split(separator: " ").map(String.init))
            }
        }

        /// All ids, where a message that came again under its key counts once.
        var ids: [String] {
            var seen: Set<String> = []
            return messages.filter { $0.key == "-" || seen.insert($0.key).inserted }.flatMap(\.ids)
        }

        /// Messages that came again.
        var repeated: Int { messages.count - Set(messages.map(\.key)).count }
    }

    private static func configuration(_ log: String, _ http: Receiver, _ smtp: Receiver) -> String {
        """
        <ossec_config>
        <wodle name="docker-listener"><disabled>yes</disabled></wodle>
        <localfile><log_format>syslog</log_format><location>\(log)</location>
        <only-future-events>no</only-future-events></localfile>
        <global>
        <email_notification>yes</email_notification>
        <smtp_server>127.0.0.1:\(smtp.port)</smtp_server>
        <email_from>jaga@example.org</email_from>
        <email_maxperhour>10000</email_maxperhour>
        </global>
        <email_alerts><email_to>ops@example.org</email_to><rule_id>5710</rule_id>
        <collect>1s</collect></email_alerts>
        <jaga><outputs>
        <output name="hook" kind="webhook"><url>http://127.0.0.1:\(http.port)/x</url>
        <allow_http>yes</allow_http><rule_id>5710</rule_id><timeout>1</timeout>
        <per_minute>0</per_minute><merge>7</merge></output>
        </outputs></jaga>
        </ossec_config>
        """
    }

    @Test("each alert reaches a webhook and a mail server once, in order, and none is lost")
    func killed() async throws {
        let folder = try TemporaryFolder()
        let (http, smtp) = (try Receiver("http", folder), try Receiver("smtp", folder))
        let log = folder.path + "/auth.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: log))
        let configuration = folder.path + "/ossec.conf"
        try Self.configuration(log, http, smtp)
            .write(toFile: configuration, atomically: false, encoding: .utf8)
        var random = SeededGenerator(seed: Self.seed)
        var written = 0

        for _ in 0..<Self.kills {
            let jaga = try RunningJaga(["--config", configuration], folder: folder, ready: "yours")
            let end = Date(timeIntervalSinceNow: 1 + Double(random.next() % 3_000) / 1_000)
            while Date() < end {
                try file.write(contentsOf: Data(Self.line(written).utf8))
                written += 1
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try jaga.process.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
        }
        let jaga = try RunningJaga(["--config", configuration], folder: folder, ready: "yours")
        let deadline = Date(timeIntervalSinceNow: 240)
        while Date() < deadline {
            let last = try Self.recorded(in: jaga.data).last
            let isAnalysed =
                try Self.recorded(in: jaga.data, rule: nil).last == "user\(written - 1)"
            if isAnalysed, let last, http.ids.contains(last), smtp.ids.contains(last) { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        #expect(try jaga.process.stop() == 0)

        // Of some failures another rule speaks: the record says which.
        let wanted = try Self.recorded(in: jaga.data)
        #expect(wanted.count > written * 9 / 10, "seed \(Self.seed)")
        #expect(http.ids == wanted, "seed \(Self.seed)")
        #expect(smtp.ids == wanted, "seed \(Self.seed)")
        // At most what was on its way when it was killed, or when an answer was lost.
        #expect(http.repeated <= Self.kills, "seed \(Self.seed)")
        #expect(smtp.repeated <= Self.kills, "seed \(Self.seed)")
    }

    /// Users of the record's alerts, in order: of rule 5710, or of all rules.
    private static func recorded(in data: String, rule: String? = "5710") throws -> [String] {
        struct Line: Decodable {
            struct Rule: Decodable {
                let id: String
            }

            let rule: Rule
            let full_log: String?
        }
        let text = try Shell.expect(["sh", "-c", "cat \(data)/alerts/20*/*/*.json"])
        return text.split(separator: "\n").compactMap { line in
            guard let alert = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)),
                rule == nil || alert.rule.id == rule
            else { return nil }
            return alert.full_log?.split(separator: " ").first {
                $0.hasPrefix("user") && $0.count > 4
            }
            .map(String.init)
        }
    }

    private static func line(_ number: Int) -> String {
        "Nov 27 08:00:00 shop sshd[7]: Failed password for invalid user user\(number) "
            + "from 192.0.2.9 port 4 ssh2\n"
    }

    @Test("jaga notify lists outputs without secrets, and tells how a test went")
    func notify() throws {
        let folder = try TemporaryFolder()
        let http = try Receiver("syslog", folder)
        let configuration = folder.path + "/ossec.conf"
        try """
        <ossec_config>
        <integration><name>slack</name><hook_url>https://127.0.0.1:1/services/SECRET</hook_url>
        </integration>
        <syslog_output><server>127.0.0.1</server><port>\(http.port)</port><protocol>tcp</protocol>
        </syslog_output>
        </ossec_config>
        """.write(toFile: configuration, atomically: false, encoding: .utf8)
        let options = ["--config", configuration, "--data", folder.path + "/data"]
        let list = try Shell.run([Binary.path, "notify", "list"] + options)
        let good = try Shell.run([Binary.path, "notify", "test", "syslog"] + options)
        let bad = try Shell.run([Binary.path, "notify", "test", "slack"] + options)
        let none = try Shell.run([Binary.path, "notify", "test", "x"] + options)

        #expect(
            list.output
                == "slack\tslack\thttps://127.0.0.1:1\nsyslog\tsyslog\ttcp://127.0.0.1:\(http.port)\n"
        )
        #expect(good.status == 0, "\(good.errors)")
        #expect(bad.status == 1)
        #expect(!bad.errors.contains("SECRET"))
        #expect(none.status == 2)
    }
}
