// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Alerts that were counted instead of told, and will be told as one.
package struct HeldRepeats: Sendable, Hashable, Codable {
    /// What is alike.
    struct Key: Sendable, Hashable, Codable {
        let ruleID: Int
        let agent: String
        let container: String
    }

    let key: Key
    package let level: Int
    package let description: String
    package let agentName: String
    /// How many were counted.
    package var count = 0
    /// Times of the first and the last one, as alerts write them.
    package var first = ""
    package var last = ""
    /// When it is told, in nanoseconds since the epoch.
    var until: Int64

    package var ruleID: Int { key.ruleID }
    package var container: String { key.container }

    private static let textLimit = 200

    init(_ alert: OutputAlert, until: Int64) {
        key = Self.key(alert)
        level = alert.level
        description = String(alert.description.prefix(Self.textLimit))
        agentName = String(alert.agentName.prefix(Self.textLimit))
        self.until = until
    }

    static func key(_ alert: OutputAlert) -> Key {
        Key(
            ruleID: alert.ruleID,
            agent: String(alert.agentID.prefix(textLimit)),
            container: String(alert.container.prefix(textLimit))
        )
    }

    mutating func count(_ alert: OutputAlert) {
        count += 1
        last = String(alert.timestamp.prefix(40))
        if first.isEmpty { first = last }
    }
}

extension HeldRepeats {
    /// The same as an alert, for receivers that know nothing else.
    var alert: OutputAlert {
        let line: JSONTree = [
            "timestamp": .string(last),
            "rule": [
                "level": .number("\(level)"),
                "description": .string("\(count) × \(description)"),
                "id": .string("\(ruleID)"), "groups": [],
            ],
            "agent": ["id": .string(key.agent), "name": .string(agentName)],
            "full_log": .string("\(count) more from \(first) to \(last)"),
            "data": ["container": ["name": .string(container)]],
            "location": .string(container),
        ]
        return OutputAlert(line: line.bytes) ?? OutputTrial.unreadable
    }
}
