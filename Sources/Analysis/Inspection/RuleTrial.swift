// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A rule that was tried for an event.
package struct RuleTrial: Sendable {
    package let ruleID: Int
    /// 0 for rules at the top of the tree.
    package let depth: Int
    /// The rule's description as written, variables included.
    package let description: String
    /// The condition that failed, in words; nil when the rule held.
    package let obstacle: String?
    /// Whether the rule has rules below it, which are tried when it holds.
    package let hasChildren: Bool
    /// Places in the tree, to tell which rules were tried below which.
    let node: Int
    let parent: Int?
}
