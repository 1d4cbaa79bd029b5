// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What came of loading a ruleset.
package struct RulesetLoading: Sendable {
    /// The compiled ruleset; nil when any diagnostic is an error.
    package let ruleset: Ruleset?
    /// All of them, by file in load order (decoders, lists, rules), then by line
    /// and column.
    package let diagnostics: [Diagnostic]
    package let counts: Counts

    /// How much was read.
    package struct Counts: Sendable, Hashable {
        /// `<decoder>` elements that were loaded.
        package var decoders = 0
        /// `<rule>` elements that were loaded, those that overwrite included.
        package var rules = 0
        /// Sigma rules that were loaded.
        package var sigmaRules = 0
        /// `<rule>` elements and Sigma rules that were dropped, each with a warning.
        package var skippedRules = 0
    }
}
