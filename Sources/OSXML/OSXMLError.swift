// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Why a file cannot be read as the XML of Wazuh's files.
///
/// Source: analysis-engine.md §1.
package struct OSXMLError: Error, Sendable, Hashable {
    /// What is wrong with the file.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case badElementName = "bad-element-name"
        case badAttribute = "bad-attribute"
        case duplicateAttribute = "duplicate-attribute"
        case tooManyAttributes = "too-many-attributes"
        case unopenedElement = "unopened-element"
        case mismatchedElement = "mismatched-element"
        case unclosedElement = "unclosed-element"
        case unclosedComment = "unclosed-comment"
        case tooLong = "string-overflow"
        case tooDeep = "too-deep"
        case badVariable = "bad-variable"
        case unknownVariable = "unknown-variable"
    }

    package let code: Code
    /// What is wrong, on which thing: lower case, no full stop.
    package let message: String
    /// Where the thing begins.
    package let position: SourcePosition
    /// What to do about it; empty when the message says it.
    package let hint: String

    init(_ code: Code, _ message: String, at position: SourcePosition, hint: String) {
        self.code = code
        self.message = message
        self.position = position
        self.hint = hint
    }
}

extension OSXMLError: CustomStringConvertible {
    /// `LINE:COLUMN: MESSAGE (HINT)`.
    package var description: String {
        let advice = hint.isEmpty ? "" : " (\(hint))"
        return "\(position.line):\(position.column): \(message)\(advice)"
    }
}
