// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

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
}

/// What this build calls itself.
enum Version {
    static let number = "0.1.0"
    static let text = "jaga \(number)"
}
