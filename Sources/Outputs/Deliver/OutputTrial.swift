// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension Output {
    /// Sends a message that says it is a trial, past the queue.
    ///
    /// - Throws: ``OutputError``.
    package func test(_ surroundings: OutputSurroundings) async throws {
        let transport = transport(surroundings)
        let now = surroundings.now()
        let alert = OutputTrial.alert(at: now, hostname: surroundings.hostname)
        let message = OutgoingMessage(.trial(alert), key: "\(name)-trial-\(now.nanoseconds)")
        do {
            _ = try await transport.deliver(message)
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }
}

/// Alerts that no rule made.
enum OutputTrial {
    /// What a test sends.
    static func alert(at time: Timestamp, hostname: String) -> OutputAlert {
        var timestamp: [UInt8] = []
        time.appendISO8601(to: &timestamp)
        let line: JSONTree = [
            "timestamp": .string(String(decoding: timestamp, as: UTF8.self)),
            "rule": [
                "level": 3, "description": "Test message of Jaga: this output works.",
                "id": "100000", "groups": ["jaga", "test"],
            ],
            "agent": ["id": "000", "name": .string(hostname)],
            "manager": ["name": .string(hostname)],
            "id": .string("\(time.seconds).0"),
            "full_log": "Sent by jaga notify test, or by the Test button.",
            "decoder": [:],
            "location": "jaga",
        ]
        return OutputAlert(line: line.bytes) ?? unreadable
    }

    /// In the place of one that cannot be read.
    static let unreadable = OutputAlert(
        unreadable: "An alert of this queue could not be read; see alerts.json."
    )
}

extension OutputAlert {
    /// An alert that says only that it cannot be read.
    fileprivate init(unreadable text: String) {
        line = []
        tree = ["rule": ["level": 3, "description": .string(text), "id": "0", "groups": []]]
        (ruleID, level, groups, isForMail) = (0, 3, [], false)
    }
}
