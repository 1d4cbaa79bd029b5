// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Fleet

/// `jaga manager token`: what lets agents in.
struct ManagerToken: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make tokens that let one agent in each, and list them.",
        subcommands: [Create.self, List.self]
    )

    /// `jaga manager token create`.
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the line that enrols an agent, once.",
            discussion: """
                The token holds where the manager is, the fingerprint of its authority and a \
                secret that is good for one agent. The manager keeps only a digest of it.

                EXAMPLES
                  jaga manager token create
                  jaga manager token create --group web --expires 1h --host jaga.example.org
                """
        )

        @Option(
            name: .customLong("group"),
            help: ArgumentHelp("A group of the agent; repeatable.", valueName: "name")
        )
        var groups: [String] = []

        @Option(help: ArgumentHelp("Until when it is good: 30m, 1h, 7d.", valueName: "time"))
        var expires = "1h"

        @Option(
            help: ArgumentHelp(
                "HOST or HOST:PORT by which the agent reaches the manager. (default: this "
                    + "host's name)",
                valueName: "host"
            )
        )
        var host: String?

        @Flag(help: "Print the token alone.")
        var bare = false

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func validate() throws {
            guard TimeSpan.seconds(expires).map({ (1...31_536_000).contains($0) }) == true else {
                throw ValidationError("--expires is a time of a year at most, such as 30m, 1h, 7d")
            }
            if let name = groups.first(where: { !FleetNames.isGroupName($0) }) {
                throw ValidationError(
                    "\"\(name)\" cannot be a group: use letters, digits, dots, lines, underscores"
                )
            }
            if let host, ManagerAddress(host) == nil {
                throw ValidationError("--host is HOST or HOST:PORT, not \"\(host)\"")
            }
        }

        func run() throws {
            let now = FleetAccess.now
            let text = try Failure.reported {
                let access = try FleetAccess(data)
                let authority = try Authority(folder: access.folder, at: now / 1_000)
                // Validated above.
                let address =
                    host.flatMap { ManagerAddress($0) }
                    ?? ManagerAddress(
                        host: HostEnvironment.hostname,
                        port: ManagerAddress.standardPort
                    )
                let token = EnrolmentToken(
                    manager: address.description,
                    fingerprint: authority.fingerprint,
                    expires: now + (TimeSpan.seconds(expires) ?? 3_600) * 1_000
                )
                try access.file.update { contents in
                    try contents.add(token.kept(groups: groups), at: now)
                }
                let text = try token.text()
                return bare ? text : "jaga agent enroll \(address) --token \(text)"
            }
            Terminal.write(text + "\n")
        }
    }

    /// `jaga manager token list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tokens: id, groups, until when, and who came in; tabs between."
        )

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            let contents = try Failure.reported { try FleetAccess(data).file.read() }
            for token in contents.tokens {
                let use = token.usedBy.map { "used by \($0)" } ?? "open"
                let groups = token.groups.isEmpty ? "-" : token.groups.joined(separator: ",")
                let line = [token.id, groups, Moment.text(token.expires), use]
                Terminal.write(AccountAccess.line(line))
            }
        }
    }
}

/// The files of a manager's fleet, for the command line.
struct FleetAccess {
    let folder: String
    let file: FleetFile

    /// Milliseconds since the epoch.
    static var now: Int64 { HostClock.now().nanoseconds / 1_000_000 }

    /// - Throws: `FleetError` `file`, `DaemonError` when the data folder cannot be used.
    init(_ data: String?) throws {
        let folder = HostEnvironment.data(data)
        try folder.prepare()
        try StateFile.makeFolder(folder.fleet)
        self.folder = folder.fleet
        file = FleetFile(folder: folder.fleet)
    }
}

/// Times as people write them.
enum TimeSpan {
    /// Seconds of `90`, `30m`, `1h`, `7d`; nil for anything else.
    static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Int64(unit == nil ? text[...] : text.dropLast()), number > 0,
            number < 1_000_000_000
        else { return nil }
        return number * (unit ?? 1)
    }
}
