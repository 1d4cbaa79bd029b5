// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
package import Patterns

/// A `<decoder>`, compiled.
///
/// Source: analysis-engine.md §4.
package struct LogDecoder: Sendable {
    /// The name an alert shows: a child without `use_own_name` has its
    /// parent's.
    package let name: String
    /// Shared by all decoders of one name; what `decoded_as` compares.
    package let nameID: Int
    /// The text of `<parent>`; nil for a top-level decoder.
    package let parentName: String?
    package let category: EventCategory
    /// Nil when the decoder has none; an empty pattern takes any program.
    package let programName: Pattern?
    package let prematch: Prematch?
    package let extraction: Extraction
    package let firstTimeSeen: FirstTimeSeenKey?
    /// Text of `<ftscomment>`, or empty.
    package let firstTimeSeenComment: String
    /// Whether `<accumulate>` is set (§4.8).
    package let accumulates: Bool
    package let json: JSONOptions
    /// Children in load order.
    package internal(set) var children: [Child]
    package let location: SourceLocation

    /// A gate: the decoder is chosen only when this matches.
    package struct Prematch: Sendable {
        package let pattern: Pattern
        /// Whether `offset="after_parent"` is set; else the whole log is
        /// searched.
        package let isAfterParent: Bool
    }

    /// A child in its parent's list.
    package struct Child: Sendable {
        /// Index into ``Ruleset/decoders``.
        package let decoder: Int
        /// Whether a later sibling has the same name: extraction goes on with
        /// the next sibling (§4.2, §4.3).
        package internal(set) var hasNext: Bool
    }

    /// What a chosen decoder takes out of the text.
    package enum Extraction: Sendable {
        case none
        /// Captures go to `order`, one to one; surplus ones are dropped.
        case regex(Pattern, offset: TextOffset, order: [OrderedField])
        case plugin(Plugin, offset: TextOffset)
    }

    /// Where the searched text begins.
    package enum TextOffset: Sendable, Hashable {
        case log, afterParent, afterPrematch, afterRegex
    }

    /// A name in `<order>`.
    package enum OrderedField: Sendable, Hashable {
        case fixed(StaticField)
        /// The second value is the name as written, for the alert.
        case dynamic(FieldName, name: String)
    }

    /// The built-in extractors (§4.5, §4.6).
    package enum Plugin: String, Sendable, CaseIterable {
        case json = "JSON_Decoder"
        case pf = "PF_Decoder"
        case symantec = "SymantecWS_Decoder"
        case sonicWall = "SonicWall_Decoder"
        case ossecAlert = "OSSECAlert_Decoder"
    }

    /// `json_null_field` and `json_array_structure`.
    package struct JSONOptions: Sendable, Hashable {
        /// Whether a null becomes no field instead of the text `null`.
        package let discardsNull: Bool
        /// Whether an array becomes a comma list instead of JSON text.
        package let joinsArrays: Bool
    }

    /// The fields of `<fts>`; the decoder's name is always part of the key.
    package struct FirstTimeSeenKey: Sendable, Hashable {
        /// Of `id dstuser srcuser srcip dstip data system_name`, those chosen.
        package let fixed: Set<StaticField>
        package let includesLocation: Bool
        package let dynamic: [FieldName]
    }
}
