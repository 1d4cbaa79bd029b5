// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What framing did since a file was first opened.
package struct FramingCounts: Sendable, Hashable {
    /// Events made.
    package var events: Int64 = 0
    /// Bytes of their texts.
    package var bytes: Int64 = 0
    /// Lines thrown away: with a NUL, or no JSON object where one is asked for.
    package var dropped: Int64 = 0
    /// Events that are only the beginning of a longer line.
    package var truncated: Int64 = 0
    /// Docker records that are none; they were passed on as they stand.
    package var malformed: Int64 = 0

    package init() {}
}
