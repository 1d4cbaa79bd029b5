// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// A compiled pattern that is asked about lines; equal when written the same.
package struct LinePattern: Sendable, Equatable {
    private let pattern: Pattern

    /// Compiles a pattern.
    ///
    /// - Throws: what is wrong with it.
    package init(_ text: String, kind: PatternKind) throws(PatternError) {
        pattern = try Pattern(Array(text.utf8), kind: kind, capturing: false)
    }

    package func matches(_ line: Span<UInt8>) -> Bool {
        pattern.matches(line)
    }

    package static func == (left: LinePattern, right: LinePattern) -> Bool {
        left.pattern.kind == right.pattern.kind && left.pattern.source == right.pattern.source
    }
}

/// Which events are kept, by their final text.
///
/// Source: around-the-engine.md §2.1, `ignore` and `restrict`.
package struct LineFilter: Sendable, Equatable {
    /// An event that matches one of these is left out.
    package var ignores: [LinePattern] = []
    /// When there are any, an event must match one of these.
    package var restricts: [LinePattern] = []

    package init() {}

    package var isEmpty: Bool { ignores.isEmpty && restricts.isEmpty }

    func passes(_ text: Span<UInt8>) -> Bool {
        for pattern in ignores where pattern.matches(text) { return false }
        guard !restricts.isEmpty else { return true }
        for pattern in restricts where pattern.matches(text) { return true }
        return false
    }
}
