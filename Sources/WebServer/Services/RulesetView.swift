// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Ruleset

/// The ruleset in use, for people who look at it.
package struct RulesetView: Sendable {
    package let ruleset: Ruleset
    /// Another number after each reload: sessions of logtest begin anew then.
    package let generation: Int
    /// How often rules fired since the ruleset was loaded, by id; rules that
    /// did not may be missing.
    package let firedTimes: @Sendable () -> [Int: Int]
    /// The bytes of a file of the ruleset by its path as rules give it, or nil
    /// when it cannot be read now.
    ///
    /// It is called on a thread that may block, and only with paths that stand in
    /// the ruleset.
    package let contents: @Sendable (String) -> [UInt8]?

    package init(
        ruleset: Ruleset,
        generation: Int,
        firedTimes: @escaping @Sendable () -> [Int: Int],
        contents: @escaping @Sendable (String) -> [UInt8]?
    ) {
        self.ruleset = ruleset
        self.generation = generation
        self.firedTimes = firedTimes
        self.contents = contents
    }
}
