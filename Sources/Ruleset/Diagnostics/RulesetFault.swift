// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The kinds of mistakes in a ruleset's files; the raw value is the
/// diagnostic's stable code.
package enum RulesetFault: String, Sendable, CaseIterable {
    /// The text is not the XML of Wazuh's files, or a variable is wrong.
    case malformedXML = "malformed-xml"
    /// The text is not YAML, where Sigma rules are expected.
    case malformedYAML = "malformed-yaml"
    /// A file of Sigma rules that is too long, too deep, or unfolds to too much.
    case documentTooLarge = "document-too-large"
    /// The file has no bytes.
    case emptyFile = "empty-file"
    /// The file has no elements, only comments or text.
    case noElements = "no-elements"
    /// A root other than `<decoder>` or `<group>`, or no `<rule>` in a group.
    case unknownElement = "unknown-element"
    /// A word that is no option of a decoder, a rule or `<mitre>`.
    case unknownOption = "unknown-option"
    /// An attribute that its element does not have.
    case unknownAttribute = "unknown-attribute"
    /// An attribute that its element must have.
    case missingAttribute = "missing-attribute"
    /// An attribute's value that is no number, out of range or no known word.
    case badAttribute = "bad-attribute"
    /// A group, decoder or rule with nothing in it.
    case emptyElement = "empty-element"
    /// An option's value that cannot be read.
    case badValue = "bad-value"
    /// An option that is missing, or that goes only with another one.
    case missingOption = "missing-option"
    /// Options that exclude each other.
    case conflictingOptions = "conflicting-options"
    /// An option written again, where only one counts.
    case repeatedOption = "repeated-option"
    /// A text longer than Wazuh takes.
    case textTooLong = "text-too-long"
    /// A pattern that its engine does not compile.
    case badPattern = "bad-pattern"
    /// A `type` that the option does not take.
    case badPatternType = "bad-pattern-type"
    /// An `offset` that cannot be there.
    case badOffset = "bad-offset"
    /// More names in `<order>`, or more `<field>` options, than allowed.
    case tooManyFields = "too-many-fields"
    /// A field name that cannot be used there.
    case badField = "bad-field"
    /// A `<parent>` that no decoder before is named.
    case unknownParent = "unknown-parent"
    /// Siblings of one name that cannot form a chain.
    case badSibling = "bad-sibling"
    /// A `<decoded_as>` that no decoder is named.
    case unknownDecoder = "unknown-decoder"
    /// A rule id that no rule before has.
    case unknownRule = "unknown-rule"
    /// A rule that names itself in `<if_sid>`.
    case ownParent = "own-parent"
    /// Rules that name each other as parents in a circle.
    case circle = "circle"
    /// A rule that no event reaches.
    case unreachable = "unreachable"
    /// A rule or pattern that matches nothing.
    case neverMatches = "never-matches"
    /// A pattern that probably means something else than its engine reads.
    case suspiciousPattern = "suspicious-pattern"
    /// An expression whose search grows out of bounds.
    case slowPattern = "slow-pattern"
    /// An id of `<mitre>` that is no technique.
    case unknownTechnique = "unknown-technique"
    /// An `<if_group>` that no rule before is in.
    case unknownGroup = "unknown-group"
    /// No top-level rule of the category, or no rule of the level.
    case noParent = "no-parent"
    /// A rule for which the tree has no room.
    case treeTooLarge = "tree-too-large"
    /// A rule id that is taken.
    case duplicateRule = "duplicate-rule"
    /// An `overwrite` of a rule that is not there.
    case nothingToOverwrite = "nothing-to-overwrite"
    /// What `overwrite` cannot change.
    case fixedByOverwrite = "fixed-by-overwrite"
    /// A `<list>` that is not registered.
    case unknownList = "unknown-list"
    /// A line of a list that has no key and value.
    case badListLine = "bad-list-line"
    /// Written so that Wazuh, and therefore Jaga, ignores it.
    case withoutEffect = "without-effect"
    /// Needs what Jaga does not have.
    case unsupported = "unsupported"
}
