// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import WebAttacks

/// A campaign in words: what its alert's fields say.
///
/// Source: docs/detection.md, "Over time".
struct CampaignReport: Sendable {
    let campaign: Campaign
    let isOpening: Bool
    /// In which times are shown.
    let utcOffsetSeconds: Int32

    /// What it looks like most: `sqli`, `xss`, `probe`, `attacks`, `errors`, `logins`,
    /// `scanner`.
    static func kind(of campaign: Campaign) -> String {
        switch campaign.trigger {
        case .errors: return "errors"
        case .logins: return "logins"
        case .scanner: return "scanner"
        case .attacks, nil: break
        }
        let kinds = WebAttack.Kind.allCases
        for kind in [WebAttack.Kind.sqlInjection, .crossSiteScripting, .probe] {
            guard let index = kinds.firstIndex(of: kind) else { continue }
            if campaign.attackCounts[index] * 2 > campaign.attackTotal { return kind.rawValue }
        }
        return "attacks"
    }

    /// Names behind `campaign.` with their values, those without a value left out.
    var fields: [(name: String, value: [UInt8])] {
        var fields: [(String, [UInt8])] = [
            ("state", Array((isOpening ? "opened" : "closed").utf8)),
            ("kind", Array(Self.kind(of: campaign).utf8)),
            ("summary", summary),
            ("from", Self.time(campaign.first, utcOffsetSeconds)),
            ("to", Self.time(campaign.last, utcOffsetSeconds)),
            ("seconds", Self.number(Int(clamping: campaign.last &- campaign.first))),
            ("requests", Self.number(campaign.requests)),
            ("attacks", Self.number(campaign.attackTotal)),
            ("classes", Self.classes(campaign)),
            ("answered", Self.number(campaign.answeredAttacks)),
            ("errors", Self.number(campaign.errorCount)),
            ("logins", Self.number(campaign.loginCount)),
            ("answers", Self.answers(campaign)),
            ("parameters", Self.list(campaign.parameters)),
            ("paths", Self.list(campaign.examplePaths)),
            ("path_count", Self.pathCount(campaign)),
            ("containers", Self.list(campaign.containers.map(\.name))),
        ]
        if let tool = campaign.tool {
            fields.append(("tool", Array(tool.name.utf8)))
            fields.append(("tool_reason", Array(tool.reason.utf8)))
        }
        if campaign.followsWordList {
            fields.append(("method", Array("a word list in alphabetical order".utf8)))
        }
        return fields.filter { !$0.1.isEmpty }
    }

    /// The event's text.
    var text: [UInt8] {
        let state = isOpening ? "opened" : "closed"
        return Array("Web campaign \(state): ".utf8) + campaign.address + Array(": ".utf8)
            + summary
    }

    /// `57 requests, sqli 40, xss 2, 12 client errors, with sqlmap`.
    private var summary: [UInt8] {
        let requests = campaign.requests == 1 ? "1 request" : "\(campaign.requests) requests"
        var text = Array(requests.utf8)
        let classes = Self.classes(campaign)
        if !classes.isEmpty { text += Array(", ".utf8) + classes }
        if campaign.errorCount > 0 { text += Array(", \(campaign.errorCount) client errors".utf8) }
        if campaign.loginCount > 0 { text += Array(", \(campaign.loginCount) logins".utf8) }
        if let tool = campaign.tool { text += Array(", with \(tool.name)".utf8) }
        return text
    }

    /// `sqli 40, xss 2`, the most frequent first.
    static func classes(_ campaign: Campaign) -> [UInt8] {
        let counted = zip(WebAttack.Kind.allCases, campaign.attackCounts).filter { $0.1 > 0 }
        let sorted = counted.sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
        return Array(sorted.map { "\($0.0.rawValue) \($0.1)" }.joined(separator: ", ").utf8)
    }

    /// `404 31, 200 12`, the most frequent first.
    static func answers(_ campaign: Campaign) -> [UInt8] {
        let sorted = campaign.statuses.sorted { ($1.count, $0.status) < ($0.count, $1.status) }
        var parts = sorted.map { "\($0.status) \($0.count)" }
        if campaign.otherStatuses > 0 { parts.append("others \(campaign.otherStatuses)") }
        return Array(parts.joined(separator: ", ").utf8)
    }

    private static func pathCount(_ campaign: Campaign) -> [UInt8] {
        let count = campaign.paths.count
        return Array((count < CampaignLimits.pathCount ? "\(count)" : "\(count) or more").utf8)
    }

    private static func list(_ items: [[UInt8]]) -> [UInt8] {
        let texts = items.map { String(decoding: $0, as: UTF8.self) }
        return Array(texts.joined(separator: ", ").utf8)
    }

    private static func number(_ number: Int) -> [UInt8] { Array(String(number).utf8) }

    static func time(_ seconds: Int64, _ utcOffsetSeconds: Int32) -> [UInt8] {
        let (nanoseconds, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        var text: [UInt8] = []
        Timestamp(nanoseconds: isTooMuch ? 0 : nanoseconds, utcOffsetSeconds: utcOffsetSeconds)
            .appendISO8601(to: &text)
        return text
    }
}
