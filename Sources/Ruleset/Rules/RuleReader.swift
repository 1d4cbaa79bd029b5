// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads a `<rule>` element into a draft, and reports what is wrong with it.
///
/// Source: analysis-engine.md §5.3.
struct RuleReader {
    private var draft: RuleDraft

    /// One byte more than the longest text of one element.
    private static let pieceLimit = 2048
    private static let infoTypes = ["text", "link", "cve", "osvdb"]

    /// The draft of an element; nil when its id is wrong.
    static func read(
        _ element: SourceElement,
        groupName: String,
        _ context: inout LoadingContext
    ) -> RuleDraft? {
        let attributes = RuleAttributeReader.read(element, &context)
        // Without an id the options are read all the same, for their mistakes.
        let draft = RuleDraft(
            attributes: attributes ?? RuleAttributes(id: 0, level: 0, timeframe: 0),
            groupName: groupName,
            location: element.location
        )
        var reader = RuleReader(draft: draft)
        for child in element.children { reader.read(child, &context) }
        reader.draft.fingerprint = Fingerprint.of(element, in: groupName)
        reader.checkWhole(element, &context)
        return attributes == nil ? nil : reader.draft
    }

    private mutating func read(_ child: SourceElement, _ context: inout LoadingContext) {
        guard let option = RuleOption.named(child) else {
            context.log.error(
                .unknownOption,
                at: child.location,
                "a rule has no option \"\(child.name)\"",
                hint: WordSuggestion.hint(for: child.name, among: RuleOption.allWords)
            )
            return
        }
        guard child.text.count < Self.pieceLimit else {
            context.log.error(
                .textTooLong,
                at: child.textLocation,
                "\(child.name) has \(child.text.count) bytes, \(Self.pieceLimit - 1) are the most",
                hint: "write several <\(child.name)>: their texts are joined"
            )
            return
        }
        switch option {
        case .text(let option): readText(option, child)
        case .address(let field):
            let text = OptionText(child)
            draft.addresses[field, default: .init(entries: [])].entries.append(text)
        case .field: readField(child, &context)
        case .list: draft.lists.append(child)
        case .options: readKeyword(child, &context.log)
        case .mitre: draft.mitre.read(child, &context.log)
        case .info: readInfo(child, &context.log)
        case .firstTimeSeen: draft.needsFirstTime = true
        case .outputChanged: draft.needsChangedOutput = true
        case .inert: break
        case .obsolete: refuse(child, &context.log)
        case .same, .different, .sameField, .differentField, .globalFrequency:
            readComparison(option, child, &context.fieldNames)
        }
    }

    private mutating func readText(_ option: RuleOption.TextOption, _ child: SourceElement) {
        if draft.texts[option] == nil {
            draft.texts[option] = OptionText(child)
        } else {
            draft.texts[option]?.append(child)
        }
        if option == .group {
            draft.groups += child.text.filter { $0 != UInt8(ascii: "\n") }
        } else if option == .description {
            var text = child.text
            if let end = text.firstIndex(of: UInt8(ascii: "\n")) { text[end] = UInt8(ascii: " ") }
            draft.description += text
        }
    }

    private mutating func readComparison(
        _ option: RuleOption,
        _ child: SourceElement,
        _ names: inout FieldNameTable
    ) {
        draft.correlationOnly = draft.correlationOnly ?? child.location
        switch option {
        case .same(let subject): draft.same.append(subject)
        case .different(let subject): draft.different.append(subject)
        case .sameField: draft.sameFields.append(names.intern(child.string))
        case .differentField: draft.differentFields.append(names.intern(child.string))
        case .globalFrequency: draft.countsAllAgents = true
        default: break
        }
    }

    private mutating func readField(_ child: SourceElement, _ context: inout LoadingContext) {
        guard let name = child.attribute("name") else {
            context.log.error(
                .missingAttribute,
                at: child.location,
                "a field without name",
                hint: "write <field name=\"…\">"
            )
            return
        }
        let word = name.valueWord
        let isStatic = StaticField.allCases.contains { $0.name == word }
        if isStatic || ["user", "srcgeoip", "dstgeoip"].contains(word) {
            context.log.error(
                .badField,
                at: name.location,
                "<field name=\"\(name.string)\"> names a field that is no dynamic one",
                hint: "write <\(word)>"
            )
            return
        }
        let field = context.fieldNames.intern(name.string)
        draft.fields.append(RuleDraft.FieldOption(name: field, text: OptionText(child)))
    }

    private mutating func readKeyword(_ child: SourceElement, _ log: inout DiagnosticLog) {
        if let keyword = OptionKeyword(rawValue: child.string) {
            draft.keywords.append(keyword)
            return
        }
        let known = OptionKeyword.allCases.map(\.rawValue)
        let suggestion = WordSuggestion.hint(for: child.string, among: known)
        log.error(
            .badValue,
            at: child.textLocation,
            "there is no option \"\(child.string)\"",
            hint: suggestion.isEmpty ? "known: " + known.joined(separator: ", ") : suggestion
        )
    }

    private mutating func readInfo(_ child: SourceElement, _ log: inout DiagnosticLog) {
        for attribute in child.attributes {
            if attribute.word != "type" {
                log.error(
                    .unknownAttribute,
                    at: attribute.location,
                    "info has no attribute \"\(attribute.name)\"",
                    hint: "it has type"
                )
            } else if !Self.infoTypes.contains(attribute.valueWord) {
                log.error(
                    .badAttribute,
                    at: attribute.location,
                    "info has no type \"\(attribute.string)\"",
                    hint: "known: " + Self.infoTypes.joined(separator: ", ")
                )
            }
        }
        draft.info += child.string
    }

    private func refuse(_ child: SourceElement, _ log: inout DiagnosticLog) {
        log.warning(
            .withoutEffect,
            at: child.location,
            "\(child.name) is obsolete and has no effect",
            hint: "events of one agent are compared anyway; see global_frequency"
        )
    }

    private func checkWhole(_ element: SourceElement, _ context: inout LoadingContext) {
        let id = draft.attributes.id
        if element.children.isEmpty {
            context.log.error(.emptyElement, at: element.location, "rule \(id) has no options")
        }
        if draft.fields.count > context.settings.decoderOrderSize {
            context.log.error(
                .tooManyFields,
                at: element.location,
                "rule \(id) has \(draft.fields.count) field options",
                hint: "at most \(context.settings.decoderOrderSize)"
            )
        }
        if draft.isCorrelation || draft.needsChangedOutput { return }
        guard let place = draft.attributes.frequencyLocation ?? draft.correlationOnly else {
            return
        }
        context.log.error(
            .missingOption,
            at: place,
            "rule \(id) compares or counts events, but does not say which",
            hint: "add if_matched_sid, if_matched_group or if_matched_regex"
        )
    }
}
