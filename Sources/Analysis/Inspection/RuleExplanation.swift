// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// Says in words why a rule did not hold.
struct RuleExplanation {
    /// Of longer values and patterns only the front is shown.
    private static let shownCount = 120

    private let ruleset: Ruleset

    init(_ ruleset: Ruleset) {
        self.ruleset = ruleset
    }

    /// What failed: the condition of that index, or behind the last one the
    /// frequency test.
    func text(_ rule: Rule, failure: Int, _ event: DecodedEvent) -> String {
        guard failure < rule.conditions.count else { return correlationText(rule) }
        switch rule.conditions[failure] {
        case .decodedAs(let name): return decoderText(name, event)
        case .text(let field, let pattern, let isNegated):
            let verb = isNegated ? "matches" : "does not match"
            return compare(field, "pattern \(quoted(pattern.source)) \(verb)", event)
        case .exact(let field, let bytes, let isNegated):
            return compare(field, "\(quoted(bytes)) \(isNegated ? "equals" : "is not")", event)
        case .address(let field, _, let isNegated):
            let verb = isNegated ? "contains" : "does not contain"
            return compare(.fixed(field), "the rule's address list \(verb)", event)
        case .check(let check): return "compiled_rule: \(check.rawValue) does not hold"
        case .minimumSize(let count):
            return "maxsize: the log has \(event.log.count) bytes, at least \(count) are wanted"
        case .time: return "time: the event is not within the rule's hours"
        case .weekday: return "weekday: it is not one of the rule's days"
        case .outputChanged: return "check_diff: the output is the first or did not change"
        case .firstTimeSeen: return "if_fts: seen before, or the decoder has no fts"
        case .list(let lookup): return listText(lookup, event)
        }
    }

    private func correlationText(_ rule: Rule) -> String {
        let frequency = rule.correlation?.frequency ?? 2
        let seconds = rule.correlation?.timeframe ?? 0
        return "frequency: fewer than \(frequency) matching events within \(seconds) seconds"
    }

    private func decoderText(_ name: Int, _ event: DecodedEvent) -> String {
        let wanted = name < ruleset.decoderNames.count ? ruleset.decoderNames[name] : "?"
        guard let decoder = event.decoder else {
            return "decoded_as \(wanted): no decoder took the event"
        }
        return "decoded_as \(wanted): the event's decoder is \(ruleset.decoders[decoder].name)"
    }

    private func listText(_ lookup: ListLookup, _ event: DecodedEvent) -> String {
        let path = ruleset.lists[lookup.list].path
        return compare(lookup.field, "\(lookup.lookup.rawValue) in \(path) fails for", event)
    }

    /// `field NAME: CLAIM "value"`, or that the event lacks the field.
    private func compare(_ field: FieldReference, _ claim: String, _ event: DecodedEvent) -> String
    {
        guard let range = event.range(of: field) else {
            return "\(title(of: field)): the event does not have it"
        }
        return "\(title(of: field)): \(claim) \(quoted(Array(event.arena[range])))"
    }

    private func title(of field: FieldReference) -> String {
        switch field {
        case .log: "log"
        case .programName: "program_name"
        case .hostname: "hostname"
        case .location: "location"
        case .user, .listUser: "user"
        case .sourcePlace: "srcgeoip"
        case .destinationPlace: "dstgeoip"
        case .fixed(let field): field.name
        case .dynamic(let name):
            "field \(ruleset.fieldNames.names[Int(name.index)])"
        }
    }

    /// The bytes in quotes, cut when they are many.
    private func quoted(_ bytes: [UInt8]) -> String {
        let shown = String(decoding: bytes.prefix(Self.shownCount), as: UTF8.self)
        return "\"\(shown)\(bytes.count > Self.shownCount ? "…" : "")\""
    }
}
