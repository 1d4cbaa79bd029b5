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
    /// Lines joined as a pattern tells.
    case multiLineRegex(MultiLineRegex)
    /// Records of Linux's audit log: lines of one `msg=audit(…)` joined with a
    /// blank.
    case audit
    /// Records of Docker's `json-file` driver; an event is a line as the
    /// container wrote it, joined where Docker cut it.
    case dockerJSON
}

/// Format `multi-line-regex`: which lines belong together.
///
/// Source: around-the-engine.md §2.3.
package struct MultiLineRegex: Sendable, Equatable {
    /// What a match of the pattern means.
    package enum Match: String, Sendable {
        /// The line begins an event.
        case start
        /// The line ends an event.
        case end
        /// The lines so far, taken together, are an event.
        case all
    }

    /// What takes the place of each line end within an event.
    package enum Replacement: String, Sendable {
        case unchanged = "no-replace"
        case removed = "none"
        case blank = "wspace"
        case tab
    }

    package let pattern: LinePattern
    package let match: Match
    package let replacement: Replacement
    /// An event that did not grow for this long is complete.
    package let timeoutSeconds: Int

    package init(
        pattern: LinePattern,
        match: Match,
        replacement: Replacement,
        timeoutSeconds: Int
    ) {
        self.pattern = pattern
        self.match = match
        self.replacement = replacement
        self.timeoutSeconds = timeoutSeconds
    }

    var separator: UInt8? {
        switch replacement {
        case .unchanged: UInt8(ascii: "\n")
        case .removed: nil
        case .blank: UInt8(ascii: " ")
        case .tab: UInt8(ascii: "\t")
        }
    }
}
