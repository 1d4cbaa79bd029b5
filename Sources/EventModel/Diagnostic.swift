// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with something that a user wrote: a rule, a decoder, a list,
/// a setting.
///
/// A mistake in a file is not thrown: loading goes on and reports all of them.
package struct Diagnostic: Sendable, Hashable {
    /// How far the mistake reaches.
    package enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Worth knowing; nothing is lost.
        case note
        /// A part is ignored; everything else works.
        case warning
        /// What was loaded cannot be used.
        case error

        package static func < (left: Severity, right: Severity) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    package let severity: Severity
    /// Stable, for scripts: lower case with hyphens, such as `unknown-option`.
    package let code: String
    /// Path as the user would open it.
    package let file: String
    /// From 1; 0 when the whole file is meant.
    package let line: Int
    /// From 1, in bytes; 0 when the whole line is meant.
    package let column: Int
    /// What is wrong, on which thing: lower case, no full stop.
    package let message: String
    /// What to do about it; empty when the message says it.
    package let hint: String

    package init(
        _ severity: Severity,
        code: String,
        file: String,
        line: Int,
        column: Int,
        message: String,
        hint: String = ""
    ) {
        self.severity = severity
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: error: MESSAGE (HINT) [CODE]`, as compilers print it.
    package var description: String {
        var place = file
        if line > 0 { place += ":\(line)" }
        if line > 0, column > 0 { place += ":\(column)" }
        let advice = hint.isEmpty ? "" : " (\(hint))"
        return "\(place): \(severity.rawValue): \(message)\(advice) [\(code)]"
    }
}
