// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import WebServer

extension User {
    /// `jaga user add`: another person.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user, and print the link with which a password is set, once.",
            discussion: """
                viewer sees everything, analyst works with alerts, responder also answers \
                attacks, administrator also changes rules, agents and users.
                """
        )

        @Argument(help: "The user.")
        var name: String

        @Option(help: "viewer, analyst, responder or administrator.")
        var role: Role

        @Option(help: ArgumentHelp("Where the dashboard is.", valueName: "url"))
        var url = "http://127.0.0.1:9696"

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            let now = WallClock.system.now
            let token = try AccountAccess(data).update { accounts in
                accounts.makeFirstUser(at: now)
                try accounts.addUser(name, role, at: now)
                return accounts.makeSetup(for: name, at: now) ?? ""
            }
            let base = url.hasSuffix("/") ? String(url.dropLast()) : url
            Terminal.write("\(base)/#/setup?token=\(token)\n")
        }
    }

    /// `jaga user role`: what a user may do.
    struct ChangeRole: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role",
            abstract: "Give a user another role, at once."
        )

        @Argument(help: "The user.")
        var name: String

        @Argument(help: "viewer, analyst, responder or administrator.")
        var role: Role

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            try AccountAccess(data).update { try $0.setRole(role, of: name) }
            Terminal.note("jaga: \(name) is \(role.rawValue)")
        }
    }

    /// `jaga user remove`: a person who is gone.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a user with all tokens; sessions end."
        )

        @Argument(help: "The user.")
        var name: String

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            try AccountAccess(data).update { try $0.removeUser(name) }
            Terminal.note("jaga: \(name) is removed")
        }
    }
}
