// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Collectors

/// A `<localfile>`, as far as it is collected.
///
/// Source: around-the-engine.md §2.1, §2.2.
package struct LocalFileBlock: Sendable, Equatable {
    /// How what is read becomes events.
    package enum Format: Sendable, Equatable {
        /// One line, one event: `syslog`, `apache`, `generic` and the like.
        case lines
        /// Only lines that are a JSON object.
        case json
        /// This many lines joined with a blank.
        case multiLine(Int)
        /// Lines joined as a pattern tells.
        case multiLineRegex(MultiLineRegex)
        /// Lines of one `msg=audit(…)` joined with a blank.
        case audit
        /// The output of a command.
        case command(Command)
        /// Entries of the systemd journal that meet all conditions.
        case journal([JournalFilter.Condition])
    }

    /// A command and how often it is run.
    package struct Command: Sendable, Equatable {
        package var line: String
        package var alias: String
        package var format: CommandSource.Format
        package var frequencySeconds: Int

        package init(
            line: String,
            alias: String,
            format: CommandSource.Format,
            frequencySeconds: Int
        ) {
            self.line = line
            self.alias = alias
            self.format = format
            self.frequencySeconds = frequencySeconds
        }
    }

    /// A path, where `*`, `?` and `[` make a pattern, and `%` a date; empty for a
    /// command and for the journal.
    package var location: String
    package var format: Format
    /// Patterns of paths that are left out.
    package var excludes: [String] = []
    /// Whether reading begins at the end of a file that was there before Jaga
    /// and is not remembered.
    package var onlyFutureEvents = true
    /// What is done to events besides.
    package var options = FramingOptions()
    package var limits = ReadingLimits()

    package init(location: String, format: Format) {
        self.location = location
        self.format = format
    }

    /// Where a block comes from, which decides what it may ask for.
    package enum Origin: Sendable, Equatable {
        /// A file of this host, whose owner also owns Jaga.
        case local
        /// A configuration that a manager sent; `mayRunCommands` is the host's
        /// own consent (`logcollector.remote_commands=1`).
        case remote(mayRunCommands: Bool)

        var mayRunCommands: Bool {
            switch self {
            case .local: true
            case .remote(let mayRunCommands): mayRunCommands
            }
        }
    }
}
