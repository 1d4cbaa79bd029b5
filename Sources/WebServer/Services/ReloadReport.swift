// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What came of reading the ruleset again.
package struct ReloadReport: Sendable, Hashable {
    package let rules: Int
    package let decoders: Int

    package init(rules: Int, decoders: Int) {
        self.rules = rules
        self.decoders = decoders
    }
}

/// The ruleset that was read again has mistakes and was not taken over.
package struct ReloadRefusal: Error, Sendable, CustomStringConvertible {
    /// What is wrong, as a whole: lower case, no full stop.
    package let message: String
    /// All mistakes, warnings and notes.
    package let diagnostics: [Diagnostic]

    package init(_ message: String, diagnostics: [Diagnostic]) {
        self.message = message
        self.diagnostics = diagnostics
    }

    package var description: String { message }
}
