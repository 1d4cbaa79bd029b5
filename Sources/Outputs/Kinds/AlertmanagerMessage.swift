// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Alerts of Prometheus' Alertmanager.
///
/// Source: Alertmanager API v2, `POST /api/v2/alerts`.
enum AlertmanagerMessage {
    static let path = "/api/v2/alerts"
    private static let limit = 300

    static func body(_ message: OutgoingMessage) -> JSONTree {
        if case .repeats(let repeats) = message.content {
            let text = MessageText(message)
            return [
                alert(
                    ["rule_id": "\(repeats.ruleID)", "container": repeats.container],
                    level: repeats.level,
                    summary: text.title,
                    start: repeats.first
                )
            ]
        }
        return .array(
            message.alerts.map { each in
                alert(
                    [
                        "rule_id": "\(each.ruleID)", "agent": each.agentName,
                        "container": each.container, "srcip": each.sourceAddress,
                        "groups": each.groups.joined(separator: ","),
                    ],
                    level: each.level,
                    summary: each.description,
                    start: each.timestamp,
                    log: each.fullLog
                )
            }
        )
    }

    private static func alert(
        _ labels: [String: String],
        level: Int,
        summary: String,
        start: String,
        log: String = ""
    ) -> JSONTree {
        var members = [
            JSONTree.Member("alertname", "Jaga"),
            JSONTree.Member("severity", .string(PagerDutyMessage.severity(level))),
            JSONTree.Member("level", .string("\(level)")),
        ]
        // Alertmanager refuses no empty label, and counts it as absent.
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            members.append(
                JSONTree.Member(name, .string(PlainText.line(value, limit: limit)))
            )
        }
        var alert: JSONTree = [
            "labels": .object(members),
            "annotations": [
                "summary": .string(PlainText.line(summary, limit: limit)),
                "log": .string(PlainText.block(log, limit: 1_500)),
            ],
        ]
        if let time = OutputAlert.time(start) {
            var text: [UInt8] = []
            Timestamp(nanoseconds: time.nanoseconds).appendSecond(to: &text)
            alert = alert.merging(
                ["startsAt": .string(String(decoding: text, as: UTF8.self) + "Z")]
            )
        }
        return alert
    }
}
