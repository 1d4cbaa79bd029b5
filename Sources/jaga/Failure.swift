// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import EventModel

/// Errors on their way to the operator: said once, on standard error, with
/// the exit code of their kind.
enum Failure {
    /// Runs a step; what it throws is printed and becomes an exit code.
    static func reported<Result>(_ step: () throws -> Result) throws -> Result {
        do { return try step() } catch { throw report(error) }
    }

    /// As ``reported(_:)-(()->_)``, for steps that wait.
    static func reported<Result>(_ step: () async throws -> Result) async throws -> Result {
        do { return try await step() } catch { throw report(error) }
    }

    /// Prints an error; returns the exit to throw.
    static func report(_ error: any Error) -> ExitCode {
        if let exit = error as? ExitCode { return exit }
        Terminal.note("jaga: \(error)")
        guard let failure = error as? DaemonError else { return ExitCode(ExitStatus.failed) }
        list(failure.diagnostics)
        switch failure.code {
        case .invalidConfiguration: return ExitCode(ExitStatus.invalidConfiguration)
        case .unreadableFile, .rulesetFolder, .notEnrolled: return ExitCode(ExitStatus.usage)
        case .dataFolder, .alreadyRunning: return ExitCode(ExitStatus.failed)
        }
    }

    /// Prints diagnostics, one a line.
    static func list(_ diagnostics: [Diagnostic]) {
        let wantsColour = Terminal.wantsColour(2)
        for diagnostic in diagnostics {
            let text = TerminalText.escape(diagnostic.description)
            guard wantsColour, diagnostic.severity != .note else {
                Terminal.note(text)
                continue
            }
            let colour = diagnostic.severity == .error ? 31 : 33
            Terminal.note("\u{1B}[\(colour)m\(text)\u{1B}[0m")
        }
    }
}
