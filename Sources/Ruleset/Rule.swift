// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A `<rule>`, compiled.
///
/// Source: analysis-engine.md §5.
package struct Rule: Sendable {
    /// From 1 to 999999.
    package let id: Int
    /// From 0 to 16.
    package let level: Int
    /// Checked in this order (§5.6); all must hold.
    package let conditions: [Condition]
    /// The frequency test, if the rule has one; checked last.
    package let correlation: Correlation?
    /// Whether the rule itself never wins (`noalert`).
    package let isSilent: Bool
    /// Seconds of `ignore="…"`; 0 for none (§5.9).
    package let ignoreSeconds: Int
    package let description: DescriptionTemplate
    /// The group text as written, group attribute and `<group>` joined: what
    /// `if_group` and `if_matched_group` search.
    package let groupText: String
    /// What the alert's `rule` object says besides level, description and
    /// counts.
    package let metadata: Metadata
    package let options: Options
    /// Index of the `if_matched_sid` list that this rule's events feed.
    package internal(set) var feedsSidList: Int?
    /// Indices of `if_matched_group` lists that this rule's events feed.
    ///
    /// A list appears once for each node of the rule at the time the list was
    /// made: an event is inserted that often (§5.8).
    package internal(set) var feedsGroupLists: [Int]
    package let location: SourceLocation
    /// A number of the rule's text: two definitions that say the same have the same,
    /// wherever they stand.
    package internal(set) var fingerprint: UInt64 = 0

    /// Whether it looks at `srcgeoip` or `dstgeoip`, or compares them.
    package var asksForPlaces: Bool {
        let compared = (correlation?.same ?? []) + (correlation?.different ?? [])
        return compared.contains { $0 == .sourcePlace || $0 == .destinationPlace }
            || conditions.contains { condition in
                guard case .text(let field, _, _) = condition else { return false }
                return field == .sourcePlace || field == .destinationPlace
            }
    }

    /// Flags of §5.4 and `<options>`, settled at load.
    package struct Options: Sendable, Hashable {
        /// Whether the rule writes an alert.
        package let logs: Bool
        package let mails: Bool
        /// Whether active responses are kept from it (`no_ar`).
        package let forbidsResponse: Bool
        /// Whether the alert leaves out `full_log`.
        package let omitsFullLog: Bool
        /// Whether the alert leaves out `firedtimes`.
        package let omitsCounter: Bool
    }

    /// The parts of the alert's `rule` object that never change.
    package struct Metadata: Sendable {
        /// Groups without those that became compliance arrays, in order,
        /// duplicates kept.
        package let groups: [String]
        /// `pci_dss`, `gdpr`, … with their values, in order of first
        /// appearance.
        package let compliance: [(name: String, values: [String])]
        /// Techniques with names and tactics, resolved; nil when none.
        package let mitre: Mitre?
        /// Techniques of `<mitre>` that Jaga's matrix does not know.
        package let unknownTechniques: [String]
        /// Text of `<cve>`, or empty.
        package let cve: String
        /// Text of `<info>`, or empty.
        package let info: String
        /// What the alert says as `frequency`; nil when the rule does not
        /// correlate.
        package let frequency: Int?
    }

    /// The alert's `rule.mitre`.
    package struct Mitre: Sendable, Hashable {
        package let ids: [String]
        package let tactics: [String]
        package let techniques: [String]
    }
}

/// A rule's description, split at its variables (§5.11).
package struct DescriptionTemplate: Sendable {
    /// As written, cut to 1024 bytes.
    package let raw: String
    package let parts: [Part]

    /// A piece of a description.
    package enum Part: Sendable {
        case literal([UInt8])
        case field(FieldReference)
    }
}
