// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Where a rule asks to be put in the tree.
///
/// Source: analysis-engine.md §5.5.
enum RulePlacement {
    case top
    /// Under the rules of these ids.
    case rules(OptionText)
    /// Under all rules of a level, or above.
    case level(OptionText)
    /// Under all rules of a group.
    case group(OptionText)
    /// Under the first top-level rule of the category.
    case category

    /// The greatest id of a top-level rule.
    private static let lastTopLevelID = 9

    init(of draft: RuleDraft) {
        let texts = draft.texts
        let hasNoParent = texts[.ifSid] == nil && texts[.ifGroup] == nil
        if draft.attributes.id <= Self.lastTopLevelID {
            self = .top
        } else if let text = texts[.ifSid] {
            self = .rules(text)
        } else if hasNoParent, let text = texts[.ifMatchedSid] {
            self = .rules(text)
        } else if let text = texts[.ifLevel] {
            self = .level(text)
        } else if let text = texts[.ifGroup] {
            self = .group(text)
        } else if let text = texts[.ifMatchedGroup] {
            self = .group(text)
        } else {
            self = .category
        }
    }

    /// The number that a text of digits is; nil for any other text.
    static func number(_ text: some Collection<UInt8>) -> Int? {
        guard !text.isEmpty, text.count <= 9 else { return nil }
        var value = 0
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// Rule ids separated by commas and blanks, with their places in the text;
    /// nil when there is anything else in it.
    static func identifiers(_ text: [UInt8]) -> [(id: Int, offset: Int)]? {
        var found: [(id: Int, offset: Int)] = []
        for word in text.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == 0x20 }) {
            guard let id = number(word) else { return nil }
            found.append((id, word.startIndex))
        }
        return found.isEmpty ? nil : found
    }

    /// The category of `<category>`; one that is not known is reported.
    static func category(of draft: RuleDraft, _ log: inout DiagnosticLog) -> EventCategory {
        guard let text = draft.texts[.category] else { return .syslog }
        let known = EventCategory.allCases.filter { $0 != .hostInformation }
        if let category = known.first(where: { $0.name == text.string }) { return category }
        log.error(
            .badValue,
            at: text.location,
            "there is no category \"\(text.string)\"",
            hint: "known: " + known.map(\.name).joined(separator: ", ")
        )
        return .syslog
    }
}
