// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Collects mistakes while loading goes on.
struct DiagnosticLog {
    private var entries: [Diagnostic] = []
    /// Files in the order in which they were opened.
    private var fileOrder: [String: Int] = [:]
    private(set) var errorCount = 0

    /// Says that what follows is about a file, which settles its place in
    /// ``sorted()``.
    mutating func open(_ path: String) {
        if fileOrder[path] == nil { fileOrder[path] = fileOrder.count }
    }

    /// Reports what makes the ruleset unusable.
    mutating func error(
        _ fault: RulesetFault,
        at location: SourceLocation,
        _ message: String,
        hint: String = ""
    ) {
        errorCount += 1
        append(.error, fault, location, message, hint)
    }

    /// Reports what is ignored, or drops one rule.
    mutating func warning(
        _ fault: RulesetFault,
        at location: SourceLocation,
        _ message: String,
        hint: String = ""
    ) {
        append(.warning, fault, location, message, hint)
    }

    /// Reports what is worth knowing.
    mutating func note(
        _ fault: RulesetFault,
        at location: SourceLocation,
        _ message: String,
        hint: String = ""
    ) {
        append(.note, fault, location, message, hint)
    }

    /// All diagnostics by file, line and column; equal places keep their order.
    func sorted() -> [Diagnostic] {
        entries.sorted { left, right in
            place(of: left) < place(of: right)
        }
    }

    private func place(of entry: Diagnostic) -> (Int, Int, Int) {
        (fileOrder[entry.file] ?? fileOrder.count, entry.line, entry.column)
    }

    private mutating func append(
        _ severity: Diagnostic.Severity,
        _ fault: RulesetFault,
        _ location: SourceLocation,
        _ message: String,
        _ hint: String
    ) {
        entries.append(
            Diagnostic(
                severity,
                code: fault.rawValue,
                file: location.file,
                line: location.line,
                column: location.column,
                message: message,
                hint: hint
            )
        )
    }
}
