// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An event of PagerDuty's Events API v2.
///
/// Source: around-the-engine.md §7.1.
/// - Compatibility: from level 10 on the severity is `error`, from 13 `critical`, which Wazuh
///   means and does not reach.
enum PagerDutyMessage {
    static let url = "https://events.pagerduty.com/v2/enqueue"
    private static let client = "Wazuh Monitoring Service"

    static func body(
        _ message: OutgoingMessage,
        key: String,
        options: JSONTree?
    ) -> JSONTree {
        let text = MessageText(message)
        let alert = message.alerts.first
        var payload: JSONTree = [
            "summary": .string(String(text.title.prefix(1024))),
            "timestamp": .string(alert?.timestamp ?? ""),
            "source": .string(alert?.agentName ?? text.facts.dropFirst().first?.value ?? "jaga"),
            "severity": .string(severity(text.level)),
            "group": .string((alert?.groups ?? []).joined(separator: ", ")),
            "custom_details": details(message, text),
        ]
        if alert == nil { payload = payload.merging(["timestamp": .null]) }
        let event: JSONTree = [
            "routing_key": .string(key),
            "event_action": "trigger",
            "dedup_key": .string(message.key),
            "payload": payload,
            "client": .string(client),
        ]
        return options.map { event.merging($0) } ?? event
    }

    static func severity(_ level: Int) -> String {
        switch level {
        case ..<7: "info"
        case ..<10: "warning"
        case ..<13: "error"
        default: "critical"
        }
    }

    private static func details(_ message: OutgoingMessage, _ text: MessageText) -> JSONTree {
        switch message.content {
        case .alerts(let alerts) where alerts.count == 1: alerts[0].tree
        case .trial(let alert): alert.tree
        default: ["alerts": .string(text.body), "facts": .array(text.lines.map { .string($0) })]
        }
    }
}
