// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What Slack's incoming webhooks take, as Wazuh's integration writes it.
///
/// Source: around-the-engine.md §7.1.
enum SlackMessage {
    static func body(_ message: OutgoingMessage, options: JSONTree?) -> JSONTree {
        let text = MessageText(message)
        let first = message.alerts.first
        var fields: [JSONTree] = []
        if message.alerts.count == 1, let alert = first {
            fields = [
                field("Agent", "(\(alert.agentID)) - \(alert.agentName)"),
                field("Location", alert.location),
                [
                    "title": "Rule ID",
                    "value": .string("\(alert.ruleID) _(Level \(alert.level))_"),
                ],
            ]
            if !alert.container.isEmpty { fields.append(field("Container", alert.container)) }
        } else {
            fields = text.facts.map { field($0.name, $0.value) }
        }
        var attachment: JSONTree = [
            "color": .string(colour(text.level)),
            "pretext": "WAZUH Alert",
            "title": .string(MarkedText.slack(text.title)),
            "text": .string(MarkedText.slack(text.body)),
            // The log's own stars and underscores mean nothing.
            "mrkdwn_in": ["fields"],
            "fields": .array(fields),
            "ts": .string(first?.id ?? ""),
        ]
        if let options { attachment = attachment.merging(options) }
        return ["attachments": [attachment]]
    }

    private static func colour(_ level: Int) -> String {
        level <= 4 ? "good" : level <= 7 ? "warning" : "danger"
    }

    private static func field(_ title: String, _ value: String) -> JSONTree {
        let shown = MarkedText.slackMarks(PlainText.line(value, limit: 200))
        return ["title": .string(title), "value": .string(shown)]
    }
}
