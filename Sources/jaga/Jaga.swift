// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// The command line: each subcommand is one file beside this one.
@main
struct Jaga: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jaga",
        abstract: "Watches Docker hosts: what is done to containers and through them.",
        discussion: """
            Start with `jaga up`: it needs no configuration, finds the Docker engine and every \
            container's log, and writes alerts to the terminal and to alerts.json.

            EXAMPLES
              jaga up                                  watch this host
              jaga up --config /var/ossec/etc/ossec.conf
              jaga manager                             the manager of many hosts
              jaga agent enroll https://HOST --token T join one, then: jaga agent
              jaga docker-listener                     try the Docker connection by hand
              echo 'LINE' | jaga logtest --why         which decoder and rule take a line
              jaga analyze /var/log/nginx/access.log   run the engine over old logs
              jaga scan --running --fail-on high       known vulnerabilities of what runs

            EXIT CODES
              0 all right   1 failed while running   2 wrong use or nothing to connect to
              3 mistakes in a configuration or ruleset (all of them are listed)
            """,
        version: Version.text,
        subcommands: [
            Up.self, Manager.self, Agent.self, Agents.self, DockerListener.self, Check.self,
            Logtest.self, Explain.self, Analyze.self,
            Regex.self, Alerts.self, Status.self, DoctorCommand.self,
            User.self, Token.self, Respond.self, Audit.self, Scan.self, Notify.self, Report.self,
        ]
    )

    /// Parses and runs.
    ///
    /// Wrong use ends with 2, as the help says, where the library has 64 (`EX_USAGE`).
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch  where exitCode(for: error) == .validationFailure {
            Terminal.note(fullMessage(for: error))
            Glibc.exit(ExitStatus.usage)
        } catch {
            exit(withError: error)
        }
    }
}

/// What this build calls itself.
enum Version {
    static let number = "0.1.0"
    static let text = "jaga \(number)"
}
