// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How the lines of a file become events.
///
/// Source: around-the-engine.md §2.2, §2.7.
package enum LineFormat: Sendable, Equatable {
    /// One line, one event, as it stands: `syslog`, `apache` and the like.
    case lines
    /// One line that is a JSON object, without its needless blanks; others are
    /// dropped and counted.
    case json
    /// This many lines joined with a blank; at least 1.
    case multiLine(Int)
    /// Records of Docker's `json-file` driver; an event is a line as the
    /// container wrote it, joined where Docker cut it.
    case dockerJSON
}
