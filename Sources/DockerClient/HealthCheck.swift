// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A container's health check, as configured.
package struct HealthCheck: Sendable, Hashable {
    /// `["CMD", program, arguments…]`, `["CMD-SHELL", line]` or `["NONE"]`.
    package let test: [String]
    /// What runs the line of `CMD-SHELL`.
    package let shell: [String]
    /// Nanoseconds from the end of one probe to the start of the next.
    package let interval: Int64
    /// Nanoseconds after which a probe is given up.
    package let timeout: Int64
    /// Nanoseconds from the start in which failures do not count.
    package let startPeriod: Int64
    /// Nanoseconds between probes within the start period.
    package let startInterval: Int64

    /// The engine's value for what is not configured.
    ///
    /// Source: Docker Engine API v1.44, `HealthConfig`; Dockerfile reference,
    /// `HEALTHCHECK`: interval and timeout 30 s, start interval 5 s.
    package static let defaultInterval: Int64 = 30_000_000_000
    package static let defaultStartInterval: Int64 = 5_000_000_000
    package static let defaultShell: [String] = ["/bin/sh", "-c"]

    /// Takes durations in nanoseconds; 0 and less stand for the default.
    package init(
        test: [String],
        shell: [String],
        interval: Int64,
        timeout: Int64,
        startPeriod: Int64,
        startInterval: Int64
    ) {
        self.test = test
        self.shell = shell.isEmpty ? Self.defaultShell : shell
        self.interval = interval > 0 ? interval : Self.defaultInterval
        self.timeout = timeout > 0 ? timeout : Self.defaultInterval
        self.startPeriod = max(startPeriod, 0)
        self.startInterval = startInterval > 0 ? startInterval : Self.defaultStartInterval
    }

    /// The command as it stands in the engine's events after `exec_create: `:
    /// the program, one blank, the arguments joined by blanks.
    ///
    /// So a program without arguments ends in a blank. Nil when no check runs.
    package var commandLine: String? {
        let arguments: [String]
        switch test.first {
        case "CMD": arguments = Array(test.dropFirst())
        case "CMD-SHELL": arguments = shell + test.dropFirst().prefix(1)
        default: return nil
        }
        guard let program = arguments.first else { return nil }
        return program + " " + arguments.dropFirst().joined(separator: " ")
    }

    /// A probe that has ended, from the container's `State.Health.Log`.
    package struct Run: Sendable, Hashable {
        package let start: EngineTime
        package let end: EngineTime

        package init(start: EngineTime, end: EngineTime) {
            self.start = start
            self.end = end
        }
    }
}
