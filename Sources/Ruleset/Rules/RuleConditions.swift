// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// Compiles the options of a draft that look at one event.
struct RuleConditions {
    private let draft: RuleDraft
    private(set) var conditions: [Condition] = []

    /// Compiles the conditions in the order in which they are checked (§5.6);
    /// what is wrong is reported and left out.
    init(
        _ draft: RuleDraft,
        decoders: DecoderTree,
        lists: [ListLookup],
        _ log: inout DiagnosticLog
    ) {
        self.draft = draft
        addDecodedAs(decoders, &log)
        for option in Self.textsBeforeFields { addText(option, &log) }
        addFields(&log)
        addAddress(.srcip, &log)
        addAddress(.dstip, &log)
        addText(.srcport, &log)
        addText(.dstport, &log)
        addCompiledCheck(&log)
        addText(.user, &log)
        addText(.srcgeoip, &log)
        addText(.dstgeoip, &log)
        if draft.attributes.minimumSize > 0 {
            conditions.append(.minimumSize(draft.attributes.minimumSize))
        }
        addTime(&log)
        addWeekday(&log)
        for option in Self.textsAfterFields { addText(option, &log) }
        if draft.needsChangedOutput { conditions.append(.outputChanged) }
        if draft.needsFirstTime { conditions.append(.firstTimeSeen) }
        conditions += lists.map(Condition.list)
    }

    private static let textsBeforeFields: [RuleOption.TextOption] = [
        .programName, .id, .systemName, .protocol, .match, .regex, .action, .url, .location,
    ]
    private static let textsAfterFields: [RuleOption.TextOption] = [
        .data, .extraData, .hostname, .status,
    ]

    private mutating func addDecodedAs(_ decoders: DecoderTree, _ log: inout DiagnosticLog) {
        guard let text = draft.texts[.decodedAs] else { return }
        if let number = decoders.names.number(of: text.string) {
            conditions.append(.decodedAs(number))
            return
        }
        if decoders.isIncomplete { return }
        log.error(
            .unknownDecoder,
            at: text.location,
            "no decoder is named \"\(text.string)\"",
            hint: WordSuggestion.hint(for: text.string, among: decoders.names.names)
        )
    }

    private mutating func addText(
        _ option: RuleOption.TextOption,
        _ log: inout DiagnosticLog
    ) {
        guard let text = draft.texts[option], let field = FieldReference(option) else { return }
        let isNegated = text.isNegated(&log)
        if option == .action, text.type == nil {
            conditions.append(.exact(field, text.bytes, isNegated: isNegated))
            return
        }
        let standard: PatternKind = option == .regex ? .osregex : .osmatch
        let kind = text.kind(usually: standard, among: PatternKind.allCases, &log)
        if let pattern = text.pattern(kind, capturing: false, &log) {
            conditions.append(.text(field, pattern, isNegated: isNegated))
        }
    }

    private mutating func addFields(_ log: inout DiagnosticLog) {
        for field in draft.fields {
            let isNegated = field.text.isNegated(&log)
            let kind = field.text.kind(usually: .osregex, among: PatternKind.allCases, &log)
            if let pattern = field.text.pattern(kind, capturing: false, &log) {
                conditions.append(.text(.dynamic(field.name), pattern, isNegated: isNegated))
            }
        }
    }

    private mutating func addAddress(_ field: StaticField, _ log: inout DiagnosticLog) {
        guard let option = draft.addresses[field], let last = option.entries.last else { return }
        var list = AddressList()
        for entry in option.entries { append(entry, to: &list, &log) }
        conditions.append(.address(field, list, isNegated: last.isNegated(&log)))
    }

    private func append(
        _ entry: OptionText,
        to list: inout AddressList,
        _ log: inout DiagnosticLog
    ) {
        if entry.bytes.first == UInt8(ascii: "!") {
            log.warning(
                .withoutEffect,
                at: entry.location,
                "the ! before an address has no effect, as in Wazuh",
                hint: "write negate=\"yes\""
            )
        }
        do {
            try list.append(entry.bytes)
        } catch {
            entry.report(error, in: "address", &log)
        }
    }

    private mutating func addCompiledCheck(_ log: inout DiagnosticLog) {
        guard let text = draft.texts[.compiledRule] else { return }
        if let check = Condition.CompiledCheck(rawValue: text.string) {
            conditions.append(.check(check))
            return
        }
        let known = Condition.CompiledCheck.allCases.map(\.rawValue)
        log.error(
            .badValue,
            at: text.location,
            "there is no compiled_rule \"\(text.string)\"",
            hint: "known: " + known.joined(separator: ", ")
        )
    }

    private mutating func addTime(_ log: inout DiagnosticLog) {
        guard let text = draft.texts[.time] else { return }
        if let window = Condition.TimeWindow(parsing: text.bytes) {
            conditions.append(.time(window))
            return
        }
        log.error(
            .badValue,
            at: text.location,
            "\"\(text.string)\" is no time of day",
            hint: "write it as 18:00 - 8:30 or 6 pm - 8:30 am"
        )
    }

    private mutating func addWeekday(_ log: inout DiagnosticLog) {
        guard let text = draft.texts[.weekday] else { return }
        if let days = Weekdays.read(text.bytes) {
            conditions.append(.weekday(days))
            return
        }
        log.error(
            .badValue,
            at: text.location,
            "\"\(text.string)\" names no days of the week",
            hint: "write names such as monday or mon, weekdays, or weekends; ! is not allowed"
        )
    }
}

extension FieldReference {
    /// What an option of one pattern looks at; nil for all others.
    fileprivate init?(_ option: RuleOption.TextOption) {
        switch option {
        case .match, .regex: self = .log
        case .programName: self = .programName
        case .hostname: self = .hostname
        case .location: self = .location
        case .user: self = .user
        case .id: self = .fixed(.id)
        case .systemName: self = .fixed(.systemName)
        case .protocol: self = .fixed(.protocol)
        case .action: self = .fixed(.action)
        case .url: self = .fixed(.url)
        case .srcport: self = .fixed(.srcport)
        case .dstport: self = .fixed(.dstport)
        case .data: self = .fixed(.data)
        case .extraData: self = .fixed(.extraData)
        case .status: self = .fixed(.status)
        case .srcgeoip: self = .sourcePlace
        case .dstgeoip: self = .destinationPlace
        case .decodedAs, .compiledRule, .time, .weekday, .category, .ifSid, .ifGroup, .ifLevel,
            .ifMatchedSid, .ifMatchedGroup, .ifMatchedRegex, .description, .group, .cve:
            return nil
        }
    }
}
