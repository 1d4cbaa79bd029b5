// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A field as a Sigma rule names it, and where an event may have it.
package struct SigmaField: Sendable, Hashable {
    /// As written; empty for keywords.
    package let name: String
    /// What counts as the field's value: a test holds when it does of one that
    /// the event has.
    package let views: [SigmaView]
}

/// A text of an event that a Sigma test looks at.
package enum SigmaView: Sendable, Hashable {
    /// The event as received.
    case wholeText
    case field(FieldReference)
    /// Of a URL, the part before the first `?`.
    case path(FieldReference)
    /// Of a URL, the part behind the first `?`; absent without one.
    case query(FieldReference)
    /// Of a URL, what follows the last dot of its path's last part.
    case fileExtension(FieldReference)
}
