// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What framing did since a file was first opened.
package struct FramingCounts: Sendable, Hashable {
    /// Events made.
    package var events: Int64 = 0
    /// Bytes of their texts.
    package var bytes: Int64 = 0
    /// Lines thrown away: no JSON object where one is asked for.
    package var dropped: Int64 = 0
    /// Events that are only the beginning of a longer line.
    package var truncated: Int64 = 0
    /// Docker records that are none; they were passed on as they stand.
    package var malformed: Int64 = 0
    /// Events left out by `ignore` or `restrict`.
    package var ignored: Int64 = 0
    /// Bytes passed over unread because the settings say so (`age`,
    /// `max-size`).
    package var skippedBytes: Int64 = 0
    /// Times when a file was gone that may have held lines not yet read.
    package var gaps: Int64 = 0
    /// Bytes known to have been lost by them; what nobody knows is not in it.
    package var lostBytes: Int64 = 0

    package init() {}

    /// Adds what another framing did.
    mutating func add(_ other: FramingCounts) {
        combine(other) { $0 += $1 }
    }

    /// Takes away what is no longer to be counted.
    mutating func subtract(_ other: FramingCounts) {
        combine(other) { $0 -= $1 }
    }

    private mutating func combine(
        _ other: FramingCounts,
        _ join: (inout Int64, Int64) -> Void
    ) {
        join(&events, other.events)
        join(&bytes, other.bytes)
        join(&dropped, other.dropped)
        join(&truncated, other.truncated)
        join(&malformed, other.malformed)
        join(&ignored, other.ignored)
        join(&skippedBytes, other.skippedBytes)
        join(&gaps, other.gaps)
        join(&lostBytes, other.lostBytes)
    }
}
