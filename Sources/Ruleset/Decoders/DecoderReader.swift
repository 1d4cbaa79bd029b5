// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads a `<decoder>` element into a draft, and reports what is wrong with it.
///
/// Source: analysis-engine.md §4.1.
struct DecoderReader {
    private var draft: DecoderDraft

    /// The draft of an element; nil when it has no name.
    static func read(
        _ element: SourceElement,
        _ context: inout LoadingContext
    ) -> DecoderDraft? {
        let errorsBefore = context.log.errorCount
        guard let name = readName(element, &context.log) else { return nil }
        var reader = DecoderReader(draft: DecoderDraft(name: name, location: element.location))
        if element.children.isEmpty {
            context.log.error(
                .emptyElement,
                at: element.location,
                "decoder \"\(name)\" has no options"
            )
        }
        for child in element.children { reader.read(child, &context) }
        reader.dropLongTexts(&context.log)
        if !element.children.isEmpty { reader.draft.checkConsistency(&context.log) }
        reader.draft.isBroken = context.log.errorCount > errorsBefore
        return reader.draft
    }

    private static func readName(
        _ element: SourceElement,
        _ log: inout DiagnosticLog
    ) -> String? {
        for (index, attribute) in element.attributes.enumerated() {
            let isKnown = index == 0 ? attribute.word == "name" : attribute.word == "status"
            if isKnown, index < 2 { continue }
            if attribute.word == "name" { continue }
            log.error(
                .unknownAttribute,
                at: attribute.location,
                "a decoder has no attribute \"\(attribute.name)\"",
                hint: "it has name, then at most status"
            )
        }
        guard let name = element.attributes.first(where: { $0.word == "name" }) else {
            log.error(.missingAttribute, at: element.location, "a decoder without name")
            return nil
        }
        if element.attributes.first?.word != "name" {
            log.error(
                .badAttribute,
                at: name.location,
                "name is not the first attribute of decoder \"\(name.string)\""
            )
        }
        return name.string
    }

    private mutating func read(_ child: SourceElement, _ context: inout LoadingContext) {
        guard let option = DecoderOption(rawValue: child.word) else {
            context.log.error(
                .unknownOption,
                at: child.location,
                "a decoder has no option \"\(child.name)\"",
                hint: WordSuggestion.hint(for: child.name, among: DecoderOption.words)
            )
            return
        }
        switch option {
        case .parent: Self.join(child, to: &draft.parent)
        case .programName: Self.join(child, to: &draft.programName)
        case .ftsComment: Self.join(child, to: &draft.firstTimeSeenComment)
        case .prematch: readPrematch(child, &context.log)
        case .regex: readRegex(child, &context.log)
        case .order: readOrder(child, &context)
        case .fts: readFirstTimeSeen(child, &context)
        case .accumulate: draft.accumulates = true
        case .type: readCategory(child, &context.log)
        case .plugin: readPlugin(child, &context.log)
        case .useOwnName, .jsonNullField, .jsonArrayStructure:
            readWord(option, child, &context.log)
        }
    }

    private static func join(_ child: SourceElement, to text: inout OptionText?) {
        if text == nil { text = OptionText(child) } else { text?.append(child) }
    }

    private mutating func readPrematch(_ child: SourceElement, _ log: inout DiagnosticLog) {
        let offset = Self.readOffset(child, isRepeated: draft.prematch != nil, &log)
        Self.join(child, to: &draft.prematch)
        guard let offset else { return }
        if offset.value == .afterParent {
            draft.prematchOffset = offset
            return
        }
        log.error(
            .badOffset,
            at: offset.location,
            "the prematch of decoder \"\(draft.name)\" takes no other offset than after_parent"
        )
    }

    private mutating func readRegex(_ child: SourceElement, _ log: inout DiagnosticLog) {
        let offset = Self.readOffset(child, isRepeated: draft.regex != nil, &log)
        Self.join(child, to: &draft.regex)
        if let offset { draft.regexOffset = offset }
    }

    /// The offset of an element; unknown words are reported and count as none.
    private static func readOffset(
        _ child: SourceElement,
        isRepeated: Bool,
        _ log: inout DiagnosticLog
    ) -> DecoderDraft.Offset? {
        guard let attribute = child.attribute("offset") else { return nil }
        if isRepeated {
            log.error(
                .badOffset,
                at: attribute.location,
                "only the first <\(child.name)> of a decoder may have an offset"
            )
            return nil
        }
        let words = ["after_parent", "after_prematch", "after_regex"]
        let value: LogDecoder.TextOffset
        switch attribute.string {
        case "after_parent": value = .afterParent
        case "after_prematch": value = .afterPrematch
        case "after_regex": value = .afterRegex
        default:
            log.warning(
                .badOffset,
                at: attribute.location,
                "offset=\"\(attribute.string)\" is not known and counts as none",
                hint: WordSuggestion.hint(for: attribute.string, among: words)
            )
            return nil
        }
        return DecoderDraft.Offset(value: value, location: attribute.location)
    }

    private mutating func readPlugin(_ child: SourceElement, _ log: inout DiagnosticLog) {
        let word = child.string
        guard let plugin = LogDecoder.Plugin(rawValue: word) else {
            let known = LogDecoder.Plugin.allCases.map(\.rawValue)
            log.error(
                .badValue,
                at: child.textLocation,
                "there is no plugin_decoder \"\(word)\"",
                hint: "known: " + known.joined(separator: ", ")
            )
            return
        }
        let offset = Self.readOffset(child, isRepeated: draft.plugin != nil, &log)
        draft.plugin = plugin
        guard let offset else { return }
        if offset.value == .afterRegex {
            log.error(
                .badOffset,
                at: offset.location,
                "a plugin_decoder takes no offset after_regex",
                hint: "after_parent or after_prematch"
            )
            return
        }
        draft.pluginOffset = offset
    }

    private mutating func readCategory(_ child: SourceElement, _ log: inout DiagnosticLog) {
        let word = child.string
        if let category = EventCategory.allCases.first(where: { $0.name == word }) {
            draft.category = category
            return
        }
        let known = EventCategory.allCases.map(\.name)
        log.error(
            .badValue,
            at: child.textLocation,
            "there is no decoder type \"\(word)\"",
            hint: "known: " + known.joined(separator: ", ")
        )
    }

    private mutating func readWord(
        _ option: DecoderOption,
        _ child: SourceElement,
        _ log: inout DiagnosticLog
    ) {
        switch (option, child.string) {
        case (.useOwnName, "true"): draft.usesOwnName = true
        case (.jsonNullField, "discard"): draft.discardsNull = true
        case (.jsonNullField, "string"), (.jsonNullField, "empty"): draft.discardsNull = false
        case (.jsonArrayStructure, "csv"): draft.joinsArrays = true
        case (.jsonArrayStructure, "array"): draft.joinsArrays = false
        case (_, let word):
            log.warning(
                .badValue,
                at: child.textLocation,
                "\"\(word)\" is no value of \(option.rawValue) and is ignored",
                hint: option == .useOwnName ? "write true" : ""
            )
        }
    }

    private mutating func readOrder(_ child: SourceElement, _ context: inout LoadingContext) {
        if draft.order != nil {
            context.log.warning(
                .repeatedOption,
                at: child.location,
                "decoder \"\(draft.name)\" has several orders; the last one counts"
            )
        }
        draft.order = FieldOrder.read(child, &context)
    }

    private mutating func readFirstTimeSeen(
        _ child: SourceElement,
        _ context: inout LoadingContext
    ) {
        draft.firstTimeSeen = FirstTimeSeenFields.read(
            child,
            order: draft.order,
            &context
        )
    }

    /// Unsets texts that Wazuh finds too long.
    private mutating func dropLongTexts(_ log: inout DiagnosticLog) {
        Self.dropLong(.parent, &draft.parent, &log)
        Self.dropLong(.programName, &draft.programName, &log)
        Self.dropLong(.prematch, &draft.prematch, &log)
        Self.dropLong(.regex, &draft.regex, &log)
        Self.dropLong(.ftsComment, &draft.firstTimeSeenComment, &log)
    }

    private static func dropLong(
        _ option: DecoderOption,
        _ text: inout OptionText?,
        _ log: inout DiagnosticLog
    ) {
        guard let long = text, long.bytes.count >= DecoderOption.textLimit else { return }
        text = nil
        log.warning(
            .textTooLong,
            at: long.location,
            "\(option.rawValue) has \(long.bytes.count) bytes and is ignored, as Wazuh does",
            hint: "at most \(DecoderOption.textLimit - 1)"
        )
    }
}
