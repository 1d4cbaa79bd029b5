// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset
import EventModel

/// Results of checks of the configuration (SCA).
///
/// A check is told when its result is new or another than before, which is then
/// `sca.check.previous_result`; a summary when it is another, or has to be told.
///
/// Source: analysis-engine.md §D.3; around-the-engine.md §5.13, §11; Wazuh's user
/// manual, "SCA events" (names of fields).
enum AssessmentDecoder {
    /// Members of a check in the order of their fields, without the result.
    private static let checkMembers = [
        "id", "title", "description", "rationale", "remediation", "compliance", "references",
        "file", "directory", "registry", "process", "command",
    ]
    private static let summaryMembers: [(member: String, field: String)] = [
        ("description", "sca.description"), ("policy_id", "sca.policy_id"),
        ("passed", "sca.passed"), ("failed", "sca.failed"), ("invalid", "sca.invalid"),
        ("total_checks", "sca.total_checks"), ("score", "sca.score"), ("file", "sca.file"),
    ]

    /// `remember` keeps a value and answers with the one before.
    static func decode(
        _ text: Span<UInt8>,
        remember: (_ key: [UInt8], _ value: [UInt8]) -> [UInt8]?
    ) -> ModuleOutcome {
        guard let message = ModuleJSON(text), let type = message["type"]?.text else {
            return .malformed
        }
        switch String(decoding: type, as: UTF8.self) {
        case "check": return check(message, remember)
        case "summary": return summary(message, remember)
        case "policies", "dump_end": return .silent
        default: return .malformed
        }
    }

    private static func check(
        _ message: ModuleJSON,
        _ remember: (_ key: [UInt8], _ value: [UInt8]) -> [UInt8]?
    ) -> ModuleOutcome {
        guard let check = message["check"], let id = check["id"]?.text,
            let policy = message["policy_id"]?.text ?? message["policy"]?.text
        else { return .malformed }
        let result = check["result"]?.text
        let status = check["status"]?.text
        guard let shown = result ?? status else { return .malformed }
        // What is remembered is lost with a restart; Jaga's own benchmark knows it then.
        let previous =
            remember(policy + [UInt8(ascii: " ")] + id, shown) ?? check["previous_result"]?.text
        guard previous != shown else { return .silent }
        var report = ModuleReport(.assessment)
        report.add("sca.type", Array("check".utf8))
        report.add("sca.scan_id", message["id"]?.text)
        report.add("sca.policy", message["policy"]?.text)
        for member in checkMembers {
            add(check[member], as: "sca.check.\(member)", to: &report)
        }
        report.add("sca.check.result", result)
        report.add("sca.check.status", status)
        report.add("sca.check.reason", check["reason"]?.text)
        report.add("sca.check.previous_result", previous)
        return .report(report)
    }

    /// A list is joined by commas; of an object each member is a field.
    private static func add(
        _ value: ModuleJSON?,
        as name: String,
        to report: inout ModuleReport
    ) {
        switch value {
        case .text(let text, _): report.add(name, text)
        case .array:
            report.add(name, value.map { Array($0.texts.joined(separator: [UInt8(ascii: ",")])) })
        case .object(let members):
            for member in members {
                let key = String(decoding: member.key, as: UTF8.self)
                add(member.value, as: "\(name).\(key)", to: &report)
            }
        case .null, nil: break
        }
    }

    private static func summary(
        _ message: ModuleJSON,
        _ remember: (_ key: [UInt8], _ value: [UInt8]) -> [UInt8]?
    ) -> ModuleOutcome {
        guard let policy = message["policy_id"]?.text else { return .malformed }
        let hash = message["hash"]?.text ?? []
        let isKnown = remember(Array("summary ".utf8) + policy, hash) == hash
        if isKnown, message["force_alert"] == nil { return .silent }
        var report = ModuleReport(.assessment)
        report.add("sca.type", Array("summary".utf8))
        report.add("sca.scan_id", message["scan_id"]?.text)
        report.add("sca.policy", message["name"]?.text)
        for item in summaryMembers { report.add(item.field, message[item.member]?.text) }
        return .report(report)
    }
}
