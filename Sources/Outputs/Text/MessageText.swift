// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a message says, in plain words; each kind writes them in its own way.
struct MessageText: Sendable {
    /// A name and what it is: text of logs, not neutralised yet.
    struct Fact: Sendable {
        let name: String
        let value: String
    }

    /// Alerts that a merged message lists; of more it tells how many.
    static let listed = 20
    private static let titleLimit = 200
    private static let logLimit = 1_500

    let title: String
    let facts: [Fact]
    /// The log's own text, or a list of alerts; may have several lines.
    let body: String
    /// From 0 to 16.
    let level: Int

    init(_ message: OutgoingMessage) {
        level = message.level
        switch message.content {
        case .trial(let alert): (title, facts, body) = Self.one(alert)
        case .repeats(let repeats): (title, facts, body) = Self.counted(repeats)
        case .alerts(let alerts):
            if alerts.count == 1 {
                (title, facts, body) = Self.one(alerts[0])
            } else {
                (title, facts, body) = Self.many(alerts, level)
            }
        }
    }

    /// One line for each fact: `Rule: 31103 (level 6)`.
    var lines: [String] { facts.map { "\($0.name): \($0.value)" } }

    private static func one(_ alert: OutputAlert) -> (String, [Fact], String) {
        var facts = [
            Fact(name: "Rule", value: "\(alert.ruleID) (level \(alert.level))"),
            fact("Agent", "\(alert.agentName) (\(alert.agentID))"),
            fact("Location", alert.location),
        ]
        for (name, value) in [
            ("Container", alert.container), ("Image", alert.image),
            ("Source address", alert.sourceAddress), ("User", alert.text("data.dstuser")),
        ] where !value.isEmpty {
            facts.append(fact(name, value))
        }
        facts.append(fact("Time", alert.timestamp))
        return (
            PlainText.line(title(of: alert), limit: titleLimit), facts,
            PlainText.block(alert.fullLog, limit: logLimit)
        )
    }

    private static func counted(_ repeats: HeldRepeats) -> (String, [Fact], String) {
        let title = repeats.description.isEmpty ? "rule \(repeats.ruleID)" : repeats.description
        var facts = [
            Fact(name: "Rule", value: "\(repeats.ruleID) (level \(repeats.level))"),
            fact("Agent", repeats.agentName),
        ]
        if !repeats.container.isEmpty { facts.append(fact("Container", repeats.container)) }
        facts.append(fact("From", repeats.first))
        facts.append(fact("To", repeats.last))
        return (PlainText.line("\(repeats.count) × \(title)", limit: titleLimit), facts, "")
    }

    private static func many(_ alerts: [OutputAlert], _ level: Int) -> (String, [Fact], String) {
        var lines = alerts.prefix(listed).map { alert in
            let place = alert.container.isEmpty ? alert.agentName : alert.container
            return PlainText.line(
                "\(alert.timestamp) \(alert.ruleID) (level \(alert.level)) "
                    + "\(title(of: alert)) [\(place)] \(alert.sourceAddress)",
                limit: titleLimit
            )
        }
        if alerts.count > listed { lines.append("… and \(alerts.count - listed) more") }
        let facts = [
            Fact(name: "Highest level", value: "\(level)"),
            fact("From", alerts.first?.timestamp ?? ""),
            fact("To", alerts.last?.timestamp ?? ""),
        ]
        return ("\(alerts.count) alerts", facts, lines.joined(separator: "\n"))
    }

    private static func title(of alert: OutputAlert) -> String {
        alert.description.isEmpty ? "N/A" : alert.description
    }

    private static func fact(_ name: String, _ value: String) -> Fact {
        Fact(name: name, value: PlainText.line(value, limit: titleLimit))
    }
}
