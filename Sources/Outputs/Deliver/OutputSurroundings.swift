// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What outputs need from outside.
package struct OutputSurroundings: Sendable {
    /// Runs a program of the owner.
    package struct Program: Sendable {
        /// The program's path and its arguments.
        package let arguments: [String]
        /// Given to it on standard input.
        package let input: [UInt8]
        package let folder: String
        package let seconds: Int

        package init(arguments: [String], input: [UInt8], folder: String, seconds: Int) {
            self.arguments = arguments
            self.input = input
            self.folder = folder
            self.seconds = seconds
        }
    }

    /// Now, with the offset of local time.
    package var now: @Sendable () -> Timestamp
    /// Evenly from 0 to 1.
    package var chance: @Sendable () -> Double
    /// As messages call this host.
    package var hostname: String
    package var environment: [String: String]
    /// Told what an operator should read: output, text, whether it is trouble.
    package var notice: @Sendable (String, String, Bool) -> Void
    /// Where an address is, for documents of an index; nil for nowhere that is known.
    package var place: @Sendable (String) -> JSONTree? = { _ in nil }
    /// The checked path of an integration's script; throws ``OutputError`` `program`.
    package var script: @Sendable (String) throws -> String
    /// Runs a program to its end, and may block; throws ``OutputError`` `program`.
    package var run: @Sendable (Program) throws -> Void

    package init(
        now: @escaping @Sendable () -> Timestamp,
        hostname: String,
        environment: [String: String],
        notice: @escaping @Sendable (String, String, Bool) -> Void,
        script: @escaping @Sendable (String) throws -> String,
        run: @escaping @Sendable (Program) throws -> Void
    ) {
        self.now = now
        chance = { Double.random(in: 0...1) }
        self.hostname = hostname
        self.environment = environment
        self.notice = notice
        self.script = script
        self.run = run
    }
}
