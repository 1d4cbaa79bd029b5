// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How a webhook's body is written.
package enum WebhookTemplate: Sendable, Hashable {
    case slack, teams, discord, mattermost, ntfy
    case telegram(chat: String)
    /// The alert itself: one object, or an array of several.
    case alert
    /// A JSON text with `{{path}}` in its strings.
    case own(JSONTree)

    package var name: String {
        switch self {
        case .slack: "slack"
        case .teams: "teams"
        case .discord: "discord"
        case .mattermost: "mattermost"
        case .ntfy: "ntfy"
        case .telegram: "telegram"
        case .alert, .own: "webhook"
        }
    }

    /// The body of a request.
    func body(_ message: OutgoingMessage, topic: String, options: JSONTree?) -> JSONTree {
        let text = MessageText(message)
        let body: JSONTree =
            switch self {
            case .slack: SlackMessage.body(message, options: options)
            case .teams: Self.teams(text)
            case .discord: Self.discord(text)
            case .mattermost: Self.mattermost(text)
            case .ntfy: Self.ntfy(text, topic: topic)
            case .telegram(let chat): Self.telegram(text, chat: chat)
            case .alert: Self.alert(message, text)
            case .own(let template): TemplateFilling(message, text).fill(template)
            }
        guard self != .slack, let options else { return body }
        return body.merging(options)
    }

    /// An Adaptive Card for a Teams workflow; its text runs read no marks.
    ///
    /// Source: Microsoft, "Create incoming webhooks with Workflows"; Adaptive Cards 1.4,
    /// `RichTextBlock`.
    private static func teams(_ text: MessageText) -> JSONTree {
        func run(_ value: String, _ more: JSONTree = [:]) -> JSONTree {
            let plain: JSONTree = ["type": "TextRun", "text": .string(value)]
            return ["type": "RichTextBlock", "inlines": [plain.merging(more)]]
        }
        var blocks = [run(text.title, ["weight": "Bolder", "size": "Medium"])]
        blocks += text.lines.map { run($0) }
        if !text.body.isEmpty { blocks.append(run(text.body, ["fontType": "Monospace"])) }
        let card: JSONTree = [
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": .array(blocks),
        ]
        return [
            "type": "message",
            "attachments": [
                ["contentType": "application/vnd.microsoft.card.adaptive", "content": card]
            ],
        ]
    }

    /// Source: Discord, "Webhook Resource" and "Embed Limits".
    private static func discord(_ text: MessageText) -> JSONTree {
        let colour = text.level <= 4 ? 0x2E_B6_7D : text.level <= 7 ? 0xEC_B2_2E : 0xE0_1E_5A
        let lines = text.lines.map { MarkedText.markdown($0) }.joined(separator: "\n")
        let log = text.body.isEmpty ? "" : "\n" + MarkedText.fenced(text.body)
        return [
            // Nobody is called, whatever the text says.
            "allowed_mentions": ["parse": []],
            "embeds": [
                [
                    "title": .string(MarkedText.markdown(String(text.title.prefix(120)))),
                    "description": .string(lines + log),
                    "color": .number("\(colour)"),
                ]
            ],
        ]
    }

    private static func mattermost(_ text: MessageText) -> JSONTree {
        let lines = text.lines.map { MarkedText.markdown($0) }.joined(separator: "\n")
        let log = text.body.isEmpty ? "" : "\n" + MarkedText.fenced(text.body)
        return ["text": .string("**\(MarkedText.markdown(text.title))**\n\(lines)\(log)")]
    }

    /// Source: ntfy, "Publish as JSON".
    private static func ntfy(_ text: MessageText, topic: String) -> JSONTree {
        let priority = text.level <= 4 ? 2 : text.level <= 7 ? 3 : text.level <= 11 ? 4 : 5
        let lines = text.lines.joined(separator: "\n")
        return [
            "topic": .string(topic), "title": .string(text.title),
            "message": .string(lines + (text.body.isEmpty ? "" : "\n" + text.body)),
            "priority": .number("\(priority)"),
        ]
    }

    /// Source: Telegram Bot API, `sendMessage`; 4096 characters at most.
    private static func telegram(_ text: MessageText, chat: String) -> JSONTree {
        let lines = text.lines.map { MarkedText.html($0) }.joined(separator: "\n")
        let log = text.body.isEmpty ? "" : "\n<pre>\(MarkedText.html(text.body))</pre>"
        return [
            "chat_id": .string(chat), "parse_mode": "HTML",
            "text": .string("<b>\(MarkedText.html(text.title))</b>\n\(lines)\(log)"),
            "link_preview_options": ["is_disabled": true],
        ]
    }

    private static func alert(_ message: OutgoingMessage, _ text: MessageText) -> JSONTree {
        switch message.alerts.count {
        case 1: message.alerts[0].tree
        case 0: ["repeats": .string(text.title), "facts": .array(text.lines.map { .string($0) })]
        default: .array(message.alerts.map(\.tree))
        }
    }
}

/// Puts values into a template of the owner's.
private struct TemplateFilling {
    private static let valueLimit = 2_000

    private let text: MessageText
    private let alert: OutputAlert?

    init(_ message: OutgoingMessage, _ text: MessageText) {
        self.text = text
        alert = message.alerts.last
    }

    func fill(_ template: JSONTree) -> JSONTree {
        switch template {
        case .string(let string): .string(fill(string))
        case .array(let values): .array(values.map { fill($0) })
        case .object(let members):
            .object(members.map { JSONTree.Member($0.key, fill($0.value)) })
        case .null, .bool, .number: template
        }
    }

    private func fill(_ string: String) -> String {
        var (output, rest) = ("", string[...])
        while let open = rest.firstRange(of: "{{") {
            let inside = rest[open.upperBound...]
            guard let close = inside.firstRange(of: "}}") else { break }
            output += rest[..<open.lowerBound]
            output += value(inside[..<close.lowerBound].trimmedBlanks)
            rest = inside[close.upperBound...]
        }
        return output + rest
    }

    /// A value as plain text; nothing when there is none.
    private func value(_ path: String) -> String {
        switch path {
        case "title": text.title
        case "text": text.body
        case "facts": text.lines.joined(separator: "\n")
        case "level": "\(text.level)"
        default: PlainText.block(alert?.text(path) ?? "", limit: Self.valueLimit)
        }
    }
}
