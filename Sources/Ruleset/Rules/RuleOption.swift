// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a word inside a `<rule>` is.
///
/// Source: analysis-engine.md §5.3.
enum RuleOption {
    /// Repeated elements join their texts.
    case text(TextOption)
    /// `<srcip>`, `<dstip>`: repeated elements are alternatives.
    case address(StaticField)
    case field
    case list
    case options
    case mitre
    case info
    case same(Correlation.Subject)
    case different(Correlation.Subject)
    case sameField
    case differentField
    case globalFrequency
    case firstTimeSeen
    case outputChanged
    /// Read and checked for nothing: Wazuh's own never suppress (§5.9).
    case inert
    /// Without meaning since agents have no addresses of their own.
    case obsolete

    /// Options whose texts join.
    enum TextOption: String, CaseIterable {
        case decodedAs = "decoded_as"
        case programName = "program_name"
        case id
        case systemName = "system_name"
        case `protocol`
        case match
        case regex
        case action
        case url
        case location
        case srcport
        case dstport
        case compiledRule = "compiled_rule"
        case user
        case srcgeoip
        case dstgeoip
        case time
        case weekday
        case data
        case extraData = "extra_data"
        case hostname
        case status
        case category
        case ifSid = "if_sid"
        case ifGroup = "if_group"
        case ifLevel = "if_level"
        case ifMatchedSid = "if_matched_sid"
        case ifMatchedGroup = "if_matched_group"
        case ifMatchedRegex = "if_matched_regex"
        case description
        case group
        case cve
    }

    /// The option of a word as written; nil when there is none.
    static func named(_ element: SourceElement) -> RuleOption? {
        exactWords[element.name] ?? words[element.word]
    }

    /// All words, for hints.
    static let allWords = (Array(words.keys) + Array(exactWords.keys)).sorted()

    /// Known in any case.
    private static let words: [String: RuleOption] = {
        var table: [String: RuleOption] = [
            "srcip": .address(.srcip), "dstip": .address(.dstip), "field": .field, "list": .list,
            "options": .options, "mitre": .mitre, "info": .info, "same_field": .sameField,
            "different_field": .differentField, "not_same_field": .differentField,
            "global_frequency": .globalFrequency, "if_fts": .firstTimeSeen,
            "check_diff": .outputChanged, "ignore": .inert, "check_if_ignored": .inert,
            "same_agent": .obsolete, "not_same_agent": .obsolete,
        ]
        for option in TextOption.allCases { table[option.rawValue] = .text(option) }
        for (word, subject) in comparisons {
            if let same = word.same { table[same] = .same(subject) }
            for different in word.different { table[different] = .different(subject) }
        }
        return table
    }()

    /// `same_*` and `different_*` words in any case.
    private static let comparisons: [((same: String?, different: [String]), Correlation.Subject)] =
        [
            (("same_source_ip", []), .fixed(.srcip)),
            (("same_srcip", []), .fixed(.srcip)),
            (("same_dstip", ["different_dstip"]), .fixed(.dstip)),
            (("same_src_port", ["different_src_port"]), .fixed(.srcport)),
            (("same_srcport", ["different_srcport"]), .fixed(.srcport)),
            (("same_dst_port", ["different_dst_port"]), .fixed(.dstport)),
            (("same_dstport", ["different_dstport"]), .fixed(.dstport)),
            (("same_srcuser", ["different_srcuser"]), .fixed(.srcuser)),
            (("same_user", ["different_user", "not_same_user"]), .fixed(.dstuser)),
            (("same_protocol", []), .fixed(.protocol)),
            (("same_action", []), .fixed(.action)),
            (("same_location", ["different_location"]), .location),
        ]

    /// Known only as written here.
    private static let exactWords: [String: RuleOption] = {
        var table: [String: RuleOption] = [
            "different_srcip": .different(.fixed(.srcip)),
            "not_same_source_ip": .different(.fixed(.srcip)),
            "not_same_id": .different(.fixed(.id)),
            "different_protocol": .different(.fixed(.protocol)),
            "different_action": .different(.fixed(.action)),
        ]
        for field in [StaticField.id, .url, .data, .extraData, .status, .systemName] {
            table["same_" + field.name] = .same(.fixed(field))
            table["different_" + field.name] = .different(.fixed(field))
        }
        for (word, subject) in [
            ("srcgeoip", Correlation.Subject.sourcePlace), ("dstgeoip", .destinationPlace),
        ] {
            table["same_" + word] = .same(subject)
            table["different_" + word] = .different(subject)
        }
        return table
    }()
}
