// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Decoders, rules and lists, resolved and compiled: everything Analysis needs,
/// never changed after it is made.
///
/// Tables are flat arrays and refer to each other by index, so that a ruleset
/// is a value that threads can share and that costs nothing to hand over.
package struct Ruleset: Sendable {
    /// All decoders; ``programDecoders``, ``plainDecoders`` and children are
    /// indices into it.
    package let decoders: [LogDecoder]
    /// Top-level decoders with a `program_name`, in load order.
    ///
    /// Tried for events that have a program name.
    /// Source: analysis-engine.md §4.2, §4.3.
    package let programDecoders: [Int]
    /// Top-level decoders without one, in load order: tried for all others.
    package let plainDecoders: [Int]
    /// Names of decoders by ``LogDecoder/nameID``.
    ///
    /// 0 is the empty name of events that no decoder took; built-in decoders, such
    /// as `windows_eventchannel`, have names here without a decoder.
    package let decoderNames: [String]

    /// Every rule object once; ids are unique.
    package let rules: [Rule]
    /// The rule tree; a rule with several parents has several nodes.
    package let nodes: [RuleNode]
    /// Top-level nodes in evaluation order, by category
    /// (index: ``EventCategory/rawValue``).
    package let roots: [[Int]]

    /// Names of dynamic fields that a decoder, rule or description mentions.
    package let fieldNames: FieldNameTable
    /// CDB lists that rules look into, by ``ListLookup/list``.
    package let lists: [LookupList]
    /// How many `if_matched_sid` lists there are; rules name them by index.
    package let sidListCount: Int
    /// How many `if_matched_group` lists there are; rules name them by index.
    package let groupListCount: Int
    /// The Sigma rules; what their alerts say stands behind the XML rules in
    /// ``rules``.
    package let sigma: SigmaRules

    /// Whether a rule asks where an address is.
    ///
    /// - Complexity: O(number of conditions)
    package var asksForPlaces: Bool { rules.contains(where: \.asksForPlaces) }

    /// The same with further rules behind the others, which have no place in the tree.
    ///
    /// - Complexity: O(number of rules)
    package func appending(_ others: [Rule]) -> Ruleset {
        replacing(rules: rules + others, fieldNames: fieldNames)
    }

    /// The same that knows further names of dynamic fields.
    ///
    /// - Complexity: O(number of names)
    package func naming(_ names: [String]) -> Ruleset {
        var table = fieldNames
        for name in names { _ = table.intern(name) }
        return replacing(rules: rules, fieldNames: table)
    }

    private func replacing(rules: [Rule], fieldNames: FieldNameTable) -> Ruleset {
        Ruleset(
            decoders: decoders,
            programDecoders: programDecoders,
            plainDecoders: plainDecoders,
            decoderNames: decoderNames,
            rules: rules,
            nodes: nodes,
            roots: roots,
            fieldNames: fieldNames,
            lists: lists,
            sidListCount: sidListCount,
            groupListCount: groupListCount,
            sigma: sigma
        )
    }

    /// The rule of an id; nil when there is none.
    ///
    /// - Complexity: O(number of rules)
    package func rule(id: Int) -> Rule? { rules.first { $0.id == id } }
}

/// A place of a rule in the tree.
package struct RuleNode: Sendable {
    /// Index into ``Ruleset/rules``.
    package let rule: Int
    /// Indices into ``Ruleset/nodes``, in evaluation order.
    package internal(set) var children: [Int]
    /// The node above; nil at the top.
    package let parent: Int?
}

/// Where in a user's file something stands.
package struct SourceLocation: Sendable, Hashable {
    /// Path as the user would open it.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1.
    package let column: Int
}
