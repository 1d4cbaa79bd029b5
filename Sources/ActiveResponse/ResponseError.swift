// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A response that could not be done, undone or remembered.
package struct ResponseError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for decisions; texts are for people.
    package enum Code: String, Sendable {
        /// The journal cannot be opened, read or written: nothing is done then.
        case journal
        /// A script is missing, or not safe to run.
        case script
        /// A program ended with an error, or took too long.
        case program
        /// The engine refused, or is not there.
        case engine
        /// Nobody does acts of this kind on that host.
        case noPerformer = "no-performer"
    }

    package let code: Code
    /// What failed, on which thing, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
