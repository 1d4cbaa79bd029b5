// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A mistake in a query or a time, as its writer should read it.
package struct QueryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the mistake is, in characters from 1; one behind the end when
    /// something is missing there.
    package let column: Int
    /// What is wrong; lower case, no full stop.
    package let message: String
    /// What would be right.
    package let hint: String

    package init(column: Int, message: String, hint: String) {
        self.column = column
        self.message = message
        self.hint = hint
    }

    package var description: String { "column \(column): \(message): \(hint)" }
}
