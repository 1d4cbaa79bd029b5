// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import WebServer

/// `jaga token`: bearer tokens with which scripts use the API.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and revoke tokens for scripts that use the API.",
        discussion: """
            Works on DATA/state/users.json, with or without a running `jaga up`, which takes \
            changes over within a second.

            EXAMPLES
              jaga token create --name backup --role viewer --expires 30d
              curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:9696/api/v1/alerts
              jaga token list
              jaga token revoke 3f9c0a6e21d4
            """,
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `jaga token create`: makes a token and prints it, once.
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token and print it; it is shown only this once."
        )

        @Option(help: ArgumentHelp("What it is for.", valueName: "text"))
        var name: String

        @Option(
            help: ArgumentHelp(
                "Until when it is good: 12w, 30d or 1y; usually for ever.",
                valueName: "time"
            )
        )
        var expires: String?

        @Option(help: ArgumentHelp("Whose token it is.", valueName: "name"))
        var user = "admin"

        @Option(
            help: ArgumentHelp(
                "viewer, analyst, responder or administrator; usually the user's own.",
                valueName: "role"
            )
        )
        var role: Role?

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func validate() throws {
            guard (1...64).contains(name.count) else {
                throw ValidationError("--name has from 1 to 64 characters")
            }
            if let expires, Self.days(expires) == nil {
                throw ValidationError(
                    "--expires is a number with d, w or y, at most ten years: 30d"
                )
            }
        }

        func run() throws {
            let now = WallClock.system.now
            let made = try AccountAccess(data).update { accounts in
                accounts.makeFirstUser(at: now)
                guard let owner = accounts.user(user) else { throw User.unknown(user) }
                let lifetime = TokenLifetime(from: now, days: expires.flatMap(Self.days))
                let role = role ?? owner.role
                return accounts.makeToken(name, of: owner, role: role, lifetime)
            }
            guard let made else {
                Terminal.note("jaga: there are too many tokens; revoke some: jaga token list")
                throw ExitCode(ExitStatus.failed)
            }
            Terminal.write(made.secret + "\n")
            Terminal.note("jaga: token \(made.entry.id) made; keep it, it is not shown again")
        }

        /// Days of `30d`, `12w`, `1y`; nil for anything else.
        private static func days(_ text: String) -> Int? {
            let units: [Character: Int] = ["d": 1, "w": 7, "y": 365]
            guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()),
                (1...3650).contains(count), count * unit <= 3650
            else { return nil }
            return count * unit
        }
    }

    /// `jaga token list`: all tokens, without their secrets.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tokens: id, user, role, end and name, tabs between."
        )

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            let now = WallClock.system.now
            for token in try AccountAccess(data).read().tokens {
                let end = token.expires.map { $0 <= now ? "expired" : Moment.text($0) } ?? "never"
                let cells = [token.id, token.user, token.role.rawValue, end, token.name]
                Terminal.write(AccountAccess.line(cells))
            }
        }
    }

    /// `jaga token revoke`: takes a token away.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a token away.")

        @Argument(help: "The token's id, as jaga token list shows it.")
        var id: String

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() throws {
            let isFound = try AccountAccess(data).update { accounts in
                let count = accounts.tokens.count
                accounts.tokens.removeAll { $0.id == id }
                return accounts.tokens.count < count
            }
            guard isFound else {
                Terminal.note("jaga: there is no token \(id); see: jaga token list")
                throw ExitCode(ExitStatus.failed)
            }
        }
    }
}

extension Role: ExpressibleByArgument {}

/// A moment for people: `2026-11-27T00:25:01.000+0000`.
enum Moment {
    /// The text of milliseconds since the epoch; those no clock shows are cut.
    ///
    /// - Returns: UTC, as alerts write it.
    static func text(_ milliseconds: Int64) -> String {
        let bounded = min(max(milliseconds, 0), 9_000_000_000_000)
        var text: [UInt8] = []
        Timestamp(nanoseconds: bounded * 1_000_000).appendISO8601(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
