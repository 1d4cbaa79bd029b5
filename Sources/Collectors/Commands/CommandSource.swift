// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A command whose output is collected, of a `<localfile>`.
///
/// Source: around-the-engine.md §2.1, §2.2, formats `command` and
/// `full_command`.
package struct CommandSource: Sendable, Equatable {
    /// What of the output becomes an event.
    package enum Format: Sendable {
        /// Each line.
        case lines
        /// The whole.
        case whole
    }

    /// A line for `sh -c`.
    package let command: String
    /// What stands for the command in events, and is their location.
    package let alias: String
    package let format: Format
    /// Seconds between two starts; at least 1.
    package let frequencySeconds: Int
    package let options: FramingOptions

    package init(
        command: String,
        alias: String,
        format: Format,
        frequencySeconds: Int,
        options: FramingOptions
    ) {
        self.command = command
        self.alias = alias
        self.format = format
        self.frequencySeconds = max(1, frequencySeconds)
        self.options = options
    }

    /// After this long a run is ended, with all that it started.
    ///
    /// - Compatibility: Wazuh waits without end, and reads nothing else
    ///   meanwhile.
    package var timeLimitSeconds: Int { min(max(frequencySeconds, 30), 3600) }

    /// What stands before the output.
    var prefix: [UInt8] {
        Array("ossec: output: '\(alias)':".utf8.prefix(Self.prefixLimit))
    }

    private static let prefixLimit = 255
}
