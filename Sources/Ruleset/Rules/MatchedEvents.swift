// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Which earlier events a rule's `if_matched_*` counts.
///
/// Source: analysis-engine.md §5.3, §5.8.
enum MatchedEvents {
    case none
    /// Those whose final rule has this id.
    case rule(Int)
    /// Those of rules that an os_match finds by their groups.
    case group([UInt8])
    /// Those whose log an os_regex finds.
    case log(OptionText)

    /// Reads the option of a rule; of several the one that Wazuh searches first.
    ///
    /// - Throws: when `if_matched_sid` is no id of a rule before.
    init(
        of draft: RuleDraft,
        known: [Int: Int],
        _ log: inout DiagnosticLog
    ) throws(RuleSkip) {
        let options: [RuleOption.TextOption] = [.ifMatchedSid, .ifMatchedGroup, .ifMatchedRegex]
        let texts = options.compactMap { draft.texts[$0] }
        if texts.count > 1 {
            log.warning(
                .conflictingOptions,
                at: texts[1].location,
                "rule \(draft.attributes.id) has several if_matched options",
                hint: "if_matched_sid counts before if_matched_group and if_matched_regex"
            )
        }
        if let text = draft.texts[.ifMatchedSid] {
            self = .rule(try Self.identifier(text, known: known))
        } else if let text = draft.texts[.ifMatchedGroup] {
            self = .group(text.bytes)
        } else if let text = draft.texts[.ifMatchedRegex] {
            self = .log(text)
        } else {
            self = .none
        }
    }

    /// Whether both count by the same id or the same groups.
    func isSame(as other: MatchedEvents) -> Bool {
        switch (self, other) {
        case (.rule(let left), .rule(let right)): left == right
        case (.group(let left), .group(let right)): left == right
        default: false
        }
    }

    private static func identifier(
        _ text: OptionText,
        known: [Int: Int]
    ) throws(RuleSkip) -> Int {
        guard let id = RulePlacement.number(text.bytes) else {
            throw RuleSkip(
                .badValue,
                at: text.location,
                "if_matched_sid \"\(text.string)\" is no rule id",
                hint: "it takes one id"
            )
        }
        if known[id] != nil { return id }
        throw RuleSkip(
            .unknownRule,
            at: text.location,
            "there is no rule \(id) before it",
            hint: "files are loaded in the order of their names"
        )
    }
}
