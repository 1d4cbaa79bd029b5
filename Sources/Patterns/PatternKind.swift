// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The engine that reads a pattern, as the `type` attribute of rules and
/// decoders names it.
///
/// Source: analysis-engine.md §2.1.
package enum PatternKind: String, Sendable, CaseIterable {
    /// The engine of decoders and `<regex>`: see ``OSRegex``.
    case osregex
    /// The engine of `<match>` and most rule options: see ``OSMatch``.
    case osmatch
    /// Perl-compatible expressions: see ``PCRE2Expression``.
    case pcre2

    /// Reads the value of a `type` attribute, in any case; nil when it names no
    /// kind.
    package init?(attribute value: some Collection<UInt8>) {
        let lowered = value.map(\.asciiLowered)
        guard let kind = Self.allCases.first(where: { lowered.elementsEqual($0.rawValue.utf8) })
        else { return nil }
        self = kind
    }
}
