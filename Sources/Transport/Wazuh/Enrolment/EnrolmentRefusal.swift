// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why an agent was not enrolled, in the words that agents log.
///
/// Source: around-the-engine.md §4.3.
package struct EnrolmentRefusal: Error, Sendable, Hashable {
    /// Without `ERROR: ` and what follows the text.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// What the agent is sent.
    package var reply: String { "ERROR: \(text). Unable to add agent" }
}
