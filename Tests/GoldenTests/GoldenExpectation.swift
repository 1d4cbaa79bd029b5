// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation

/// What one input line must come to: a line below the dashes of a case.
///
/// `{"rule":"31103","level":7,"decoder":"web-accesslog","data":{"srcip":"10.0.0.7"},
/// "groups":["attack"],"not":["31104"]}`. `rule` is needed, null for none; the rest
/// is compared when it is there. `data` names leaves by dotted path, and `groups`
/// some of the groups: both may leave out what the case is not about. `not` names
/// rules that come near and must not win. `previous` is the alert's `previous_output`,
/// empty for none. `also` names the rules of web campaigns that the line opens or ends.
struct GoldenExpectation: Codable, Sendable {
    var rule: String?
    var level: Int?
    var decoder: String?
    var data: [String: String]?
    var groups: [String]?
    var not: [String]?
    var previous: String?
    var also: [String]?

    private enum CodingKeys: String, CodingKey {
        case rule, level, decoder, data, groups, not, previous, also
    }

    /// What is expected and is not so, one sentence each.
    func differences(from report: EventReport) -> [String] {
        let outcome = GoldenOutcome(report)
        var found: [String] = []
        if rule != outcome.rule { found.append(Self.say("rule", rule, outcome.rule)) }
        if let level, level != outcome.level ?? 0 {
            found.append(Self.say("level", "\(level)", "\(outcome.level ?? 0)"))
        }
        if let decoder, decoder != outcome.decoder {
            found.append(Self.say("decoder", decoder, outcome.decoder))
        }
        for (name, value) in (data ?? [:]).sorted(by: { $0.key < $1.key })
        where outcome.data[name] != value {
            found.append(Self.say("data.\(name)", value, outcome.data[name]))
        }
        for group in groups ?? [] where !outcome.groups.contains(group) {
            found.append("group \(group) is missing from \(outcome.groups)")
        }
        if let previous, previous != outcome.previous {
            found.append(Self.say("previous", previous, outcome.previous))
        }
        if (also ?? []) != outcome.also {
            found.append(
                Self.say("also", (also ?? []).description, outcome.also.description)
            )
        }
        for id in not ?? [] where id == outcome.rule || outcome.also.contains(id) {
            found.append("rule \(id) must not win")
        }
        return found
    }

    /// The same line with what the engine says now, in the same order of keys.
    func updated(from report: EventReport) -> String {
        let outcome = GoldenOutcome(report)
        var members = [("rule", Self.json(outcome.rule))]
        if let level = outcome.level { members.append(("level", "\(level)")) }
        if decoder != nil, let name = outcome.decoder {
            members.append(("decoder", Self.json(name)))
        }
        if let data {
            let kept = data.keys.sorted().compactMap { name in
                outcome.data[name].map { "\(Self.json(name)):\(Self.json($0))" }
            }
            members.append(("data", "{" + kept.joined(separator: ",") + "}"))
        }
        if let groups {
            let kept = groups.filter(outcome.groups.contains).map { Self.json($0) }
            members.append(("groups", "[" + kept.joined(separator: ",") + "]"))
        }
        if let not {
            members.append(("not", "[" + not.map { Self.json($0) }.joined(separator: ",") + "]"))
        }
        if !outcome.also.isEmpty {
            let ids = outcome.also.map { Self.json($0) }.joined(separator: ",")
            members.append(("also", "[\(ids)]"))
        }
        if previous != nil { members.append(("previous", Self.json(outcome.previous))) }
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func say(_ what: String, _ expected: String?, _ got: String?) -> String {
        "\(what): expected \(expected ?? "none"), got \(got ?? "none")"
    }

    private static func json(_ text: String?) -> String {
        guard let text else { return "null" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let bytes = try? encoder.encode(text) else { return "null" }  // text always encodes
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A report as cases speak of it.
struct GoldenOutcome {
    let rule: String?
    let level: Int?
    let decoder: String?
    let data: [String: String]
    let groups: [String]
    let previous: String
    let also: [String]

    init(_ report: EventReport) {
        rule = report.rule.map { String($0.id) }
        level = report.rule?.level
        decoder = report.decoder?.name
        groups = report.rule?.groups ?? []
        also = report.campaigns.map { String($0.rule.id) }
        let alert = try? JSONSerialization.jsonObject(with: Data(report.alertJSON))
        previous = (alert as? [String: Any])?["previous_output"] as? String ?? ""
        data = Dictionary(
            report.fields.map {
                (
                    String(decoding: $0.name, as: UTF8.self),
                    String(decoding: $0.value, as: UTF8.self)
                )
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
