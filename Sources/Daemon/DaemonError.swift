// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What goes wrong while Jaga is set up or runs, said so that an operator can
/// mend it.
package struct DaemonError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: String, Sendable {
        /// The data folder cannot be made, read or written.
        case dataFolder = "data-folder"
        /// Another process works on the same data folder.
        case alreadyRunning = "already-running"
        /// A file that was named cannot be read.
        case unreadableFile = "unreadable-file"
        /// The ruleset's folder is missing.
        case rulesetFolder = "ruleset-folder"
        /// What the user wrote has errors; ``DaemonError/diagnostics`` names
        /// them.
        case invalidConfiguration = "invalid-configuration"
        /// An agent has no keys yet.
        case notEnrolled = "not-enrolled"
    }

    package let code: Code
    /// What failed, on which thing, and what to do.
    package let message: String
    /// The user's mistakes, when that is what it is about.
    package let diagnostics: [Diagnostic]

    package init(_ code: Code, _ message: String, diagnostics: [Diagnostic] = []) {
        self.code = code
        self.message = message
        self.diagnostics = diagnostics
    }

    package var description: String { message }
}
