// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why a pattern or an address cannot be used.
package struct PatternError: Error, Sendable, Hashable {
    /// What is wrong with it.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case tooLong = "pattern-too-long"
        case unknownEscape = "unknown-escape"
        case trailingBackslash = "trailing-backslash"
        case nestedGroup = "nested-group"
        case unbalancedGroup = "unbalanced-group"
        case alternationInGroup = "alternation-in-group"
        case invalidExpression = "invalid-expression"
        case invalidAddress = "invalid-address"
    }

    package let code: Code
    /// What is wrong, on which construct, and what to do: lower case, no full
    /// stop.
    package let message: String
    /// Where in the pattern, in bytes from 0.
    package let offset: Int

    package init(_ code: Code, message: String, offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }
}

extension PatternError: CustomStringConvertible {
    package var description: String { "\(message), at byte \(offset) of the pattern" }
}
