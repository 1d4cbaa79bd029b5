// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Compliance arrays that an alert's `rule` gets from the event itself.
///
/// Source: analysis-engine.md §7.2 (SCA, rootcheck).
enum ComplianceFromEvent {
    /// A list of requirements of one standard.
    typealias List = (name: String, values: [String])

    /// Of a rootcheck log only the front is searched.
    private static let searchedCount = 1023

    /// What the event adds, in its order; mostly nothing.
    static func find(_ event: inout DecodedEvent, isRootcheck: Bool) -> [List] {
        var lists = assessmentLists(&event)
        if isRootcheck { lists += rootcheckLists(event) }
        return lists
    }

    /// Appends what ``RuleTexts/appendTail(of:to:)`` would, with the event's
    /// lists added.
    static func appendTail(_ rule: Rule, _ extra: [List], to output: inout [UInt8]) {
        var lists: [List] = [("groups", rule.metadata.groups)] + rule.metadata.compliance
        for list in extra {
            if let known = lists.firstIndex(where: { $0.name == list.name }) {
                lists[known].values += list.values
            } else {
                lists.append(list)
            }
        }
        output.append(literal: ",\"mail\":")
        output.append(text: rule.options.mails ? "true" : "false")
        for list in lists {
            output.append(literal: ",")
            output.appendJSONString(list.name)
            output.append(literal: ":")
            RuleTexts.appendArray(list.values, to: &output)
        }
    }

    private static let assessment: StaticString = "sca.check.compliance."

    /// Whether a field's name is `sca.check.compliance.NAME`.
    static func isAssessment(_ name: Span<UInt8>) -> Bool {
        ByteCompare.starts(name, assessment)
    }

    private static func assessmentLists(_ event: inout DecodedEvent) -> [List] {
        var lists: [List] = []
        for index in event.fields.indices {
            let field = event.fields[index]
            switch field.writtenName {
            case .path(let node): guard event.paths.nodes[node].isAssessment else { continue }
            case .text(let range):
                guard isAssessment(event.arena.span.extracting(range)) else { continue }
            }
            var name: [UInt8] = []
            event.appendName(of: field, to: &name)
            let standard = name.dropFirst(assessment.utf8CodeUnitCount)
            lists.append((String(decoding: standard, as: UTF8.self), values(field.value, event)))
        }
        return lists
    }

    /// Every `{Name: one, two}` of the log, with the name in lower case.
    private static func rootcheckLists(_ event: DecodedEvent) -> [List] {
        let log = event.text.prefix(searchedCount)
        let arena = event.arena.span
        var lists: [List] = []
        var position = log.lowerBound
        while let open = ByteCompare.find(UInt8(ascii: "{"), in: arena, from: position),
            let close = ByteCompare.find(UInt8(ascii: "}"), in: arena, from: open),
            close < log.upperBound
        {
            position = close + 1
            guard let colon = ByteCompare.find(UInt8(ascii: ":"), in: arena, from: open),
                colon < close
            else { continue }
            let name = text(open + 1..<colon, event).lowercased()
            lists.append((name, values(colon + 1..<close, event)))
        }
        return lists
    }

    private static func values(_ range: Range<Int>, _ event: DecodedEvent) -> [String] {
        text(range, event).split(separator: ",").map { part in
            let start = part.drop { $0 == " " }
            let end = start.lastIndex { $0 != " " }
            return end.map { String(start[...$0]) } ?? ""
        }
    }

    private static func text(_ range: Range<Int>, _ event: DecodedEvent) -> String {
        String(decoding: event.arena[range], as: UTF8.self)
    }
}
