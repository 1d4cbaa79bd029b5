// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

extension ListRegistry {
    /// The look-ups of a rule.
    ///
    /// - Throws: when a list is not registered.
    /// - Compatibility: of three or more only the last two count, as in Wazuh.
    mutating func lookups(
        of draft: RuleDraft,
        _ context: inout LoadingContext
    ) throws(RuleSkip) -> [ListLookup] {
        var lookups: [ListLookup] = []
        for element in draft.lists {
            let path = element.string
            guard let list = index(of: path, &context.log) else {
                throw RuleSkip(
                    .unknownList,
                    at: element.textLocation,
                    "the list \"\(path)\" is not registered",
                    hint: WordSuggestion.hint(for: path, among: paths)
                )
            }
            if let lookup = ListOption.read(element, list: list, &context) {
                lookups.append(lookup)
            }
        }
        if lookups.count > 2, let third = draft.lists.dropLast(2).last {
            context.log.warning(
                .withoutEffect,
                at: third.location,
                "rule \(draft.attributes.id) has \(lookups.count) lists, "
                    + "of which the last two count, as in Wazuh",
                hint: "put the others into a parent rule"
            )
        }
        return lookups.suffix(2)
    }
}

/// Compiles one `<list>` option of a rule.
///
/// Source: analysis-engine.md §6.3.
enum ListOption {
    private static let attributeWords = ["field", "lookup", "check_value"]

    /// The look-up into a list; nil, and reported, when an attribute is wrong.
    static func read(
        _ element: SourceElement,
        list: Int,
        _ context: inout LoadingContext
    ) -> ListLookup? {
        for attribute in element.attributes where !attributeWords.contains(attribute.word) {
            context.log.error(
                .unknownAttribute,
                at: attribute.location,
                "list has no attribute \"\(attribute.name)\"",
                hint: WordSuggestion.hint(for: attribute.name, among: attributeWords)
            )
        }
        let field = readField(element, &context)
        let lookup = readLookup(element, &context.log)
        guard let field, let lookup else { return nil }
        let value = element.attribute(anyCase: "check_value")
        if value == nil, lookup == .matchKeyValue || lookup == .addressMatchKeyValue {
            context.log.warning(
                .missingOption,
                at: element.location,
                "lookup \(lookup.rawValue) has no check_value to compare with"
            )
        }
        return ListLookup(
            field: field,
            lookup: lookup,
            value: value.map { OSMatch($0.value) },
            list: list
        )
    }

    private static func readField(
        _ element: SourceElement,
        _ context: inout LoadingContext
    ) -> FieldReference? {
        let attribute = element.attribute(anyCase: "field")
        let name = attribute?.value.split(separator: UInt8(ascii: " ")).first
        guard let attribute, let name else {
            context.log.error(
                .missingAttribute,
                at: element.location,
                "a list without field",
                hint: "write <list field=\"srcip\" lookup=\"match_key\">"
            )
            return nil
        }
        let word = attribute.valueWord
        switch word {
        case "user": return .listUser
        case "hostname": return .hostname
        case "program_name": return .programName
        case "srcuser", "dstuser": break
        default:
            if let field = StaticField.allCases.first(where: { $0.name == word }) {
                return .fixed(field)
            }
        }
        return .dynamic(context.fieldNames.intern(String(decoding: name, as: UTF8.self)))
    }

    private static func readLookup(
        _ element: SourceElement,
        _ log: inout DiagnosticLog
    ) -> ListLookup.Lookup? {
        guard let attribute = element.attribute(anyCase: "lookup") else { return .matchKey }
        if let lookup = ListLookup.Lookup(rawValue: attribute.valueWord) { return lookup }
        let known = ListLookup.Lookup.allCases.map(\.rawValue)
        log.error(
            .badAttribute,
            at: attribute.location,
            "list has no lookup \"\(attribute.string)\"",
            hint: "known: " + known.joined(separator: ", ")
        )
        return nil
    }
}
