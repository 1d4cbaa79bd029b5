// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What the pre-decoder took from the front of a log line; all ranges are byte
/// offsets into the line.
///
/// Source: analysis-engine.md §3.2 to §3.4.
package struct LogHeader: Sendable, Hashable {
    /// As written; nil when no known header was found.
    package var timestamp: Range<Int>?
    /// May be empty.
    package var hostname: Range<Int>?
    /// May be empty; its presence chooses the list of decoders.
    package var programName: Range<Int>?
    /// What decoders and rules see as the log.
    package var log: Range<Int>
}
