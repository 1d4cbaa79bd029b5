// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// How the lines of a container's log that belong together are known: the
/// traces of programs that fail.
package struct MultilineRule: Sendable, Equatable {
    /// Whose traces are known.
    enum Language: Sendable, CaseIterable {
        case java, python, go, node
    }

    enum Kind: Sendable, Equatable {
        case languages(Set<Language>)
        /// A line that matches begins an event, any other goes on with it.
        case start(LinePattern)
    }

    let kind: Kind

    /// How long a line waits for what may belong to it.
    package static let patience = Duration.seconds(1)

    /// Reads the value of the label `jaga.multiline`: `auto`, `java`, `python`,
    /// `go`, `node`, or a PCRE2 expression that the first line of each event
    /// matches; nil when it is empty or no expression.
    package init?(label: String) {
        switch label {
        case "": return nil
        case "auto": kind = .languages(Set(Language.allCases))
        case "java": kind = .languages([.java])
        case "python": kind = .languages([.python])
        case "go": kind = .languages([.go])
        case "node": kind = .languages([.node])
        default:
            guard let pattern = try? LinePattern(label, kind: .pcre2) else { return nil }
            kind = .start(pattern)
        }
    }
}
