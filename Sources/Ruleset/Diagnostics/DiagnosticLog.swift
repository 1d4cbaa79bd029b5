// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Collects mistakes while loading goes on.
struct DiagnosticLog {
    private var entries: [Diagnostic] = []
    /// Files in the order in which they were opened.
    private var fileOrder: [String: Int] = [:]
    private(set) var errorCount = 0
    /// How often each fault was met.
    private var counts: [RulesetFault: Int] = [:]

    /// Findings of one kind that are listed; of more only the number is told.
    private static let listedCount = 1000

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

    /// Takes in what another log found.
    mutating func add(_ found: [Diagnostic]) {
        entries += found
        errorCount += found.count { $0.severity == .error }
    }

    /// All diagnostics by file, line and column; equal places keep their order.
    ///
    /// Behind them stands how many of a kind are not listed.
    func sorted() -> [Diagnostic] {
        entries.sorted { left, right in
            place(of: left) < place(of: right)
        } + surplus
    }

    private var surplus: [Diagnostic] {
        counts.filter { $0.value > Self.listedCount }.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { fault, count in
                Diagnostic(
                    .warning,
                    code: fault.rawValue,
                    file: entries.last { $0.code == fault.rawValue }?.file ?? "",
                    line: 0,
                    column: 0,
                    message:
                        "\(count - Self.listedCount) more findings of this kind are not listed",
                    hint: "mend those above first"
                )
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
        counts[fault, default: 0] += 1
        guard counts[fault, default: 0] <= Self.listedCount else { return }
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
