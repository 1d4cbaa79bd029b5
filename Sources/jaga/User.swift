// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WebServer

/// `jaga user`: the people who sign in.
struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add people who sign in, with a role; give passwords and one-time links.",
        discussion: """
            Works on DATA/state/users.json, with or without a running `jaga up`, which takes \
            changes over within a second. A new password ends the user's sessions.

            EXAMPLES
              jaga user link                     a link with which admin sets a password, once
              jaga user passwd admin < secret    the first line of a file becomes the password
              jaga user add ann --role responder a link for a new user, who may answer attacks
              jaga user role ann analyst         another role
              jaga user list
            """,
        subcommands: [
            Add.self, Link.self, Passwd.self, ChangeRole.self, Remove.self, List.self,
        ]
    )

    /// `jaga user link`: a new one-time link.
    struct Link: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link with which a user sets a password, once, within a day."
        )

        @Argument(help: "The user.")
        var name = "admin"

        @Option(help: ArgumentHelp("Where the dashboard is.", valueName: "url"))
        var url = "http://127.0.0.1:9696"

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            let now = WallClock.system.now
            let token = try AccountAccess(data).update { accounts in
                accounts.makeFirstUser(at: now)
                return accounts.makeSetup(for: name, at: now)
            }
            guard let token else { throw User.unknown(name) }
            let base = url.hasSuffix("/") ? String(url.dropLast()) : url
            Terminal.write("\(base)/#/setup?token=\(token)\n")
        }
    }

    /// `jaga user passwd`: sets a password.
    struct Passwd: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Set a user's password, asked for on the terminal or read from standard input."
        )

        @Argument(help: "The user.")
        var name = "admin"

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            guard let password = PasswordPrompt.read(for: name) else {
                Terminal.note("jaga: no password was given, or two that differ")
                throw ExitCode(ExitStatus.usage)
            }
            if let objection = PasswordHash.objection(to: password) {
                Terminal.note("jaga: \(objection)")
                throw ExitCode(ExitStatus.usage)
            }
            let now = WallClock.system.now
            let hash = try Failure.reported { try PasswordHash(of: password) }
            let changed = try AccountAccess(data).update { accounts in
                accounts.makeFirstUser(at: now)
                return accounts.setPassword(hash, of: name)
            }
            guard changed != nil else { throw User.unknown(name) }
            Terminal.note("jaga: \(name) has a new password")
        }
    }

    /// `jaga user list`: all users.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List users: name, role, and whether a password is set, tabs between."
        )

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            for user in try AccountAccess(data).read().users {
                let state = user.password == nil ? "no password" : "password"
                Terminal.write(AccountAccess.line([user.name, user.role.rawValue, state]))
            }
        }
    }

    /// Says that there is no such user.
    static func unknown(_ name: String) -> ExitCode {
        Terminal.note("jaga: there is no user \(name); see: jaga user list")
        return ExitCode(ExitStatus.failed)
    }
}
