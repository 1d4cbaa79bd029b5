// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import WebServer

@Suite("People and their roles")
struct UserTests {
    private static func accounts() -> Accounts {
        var accounts = Accounts()
        accounts.makeFirstUser(at: 1)
        return accounts
    }

    @Test("a new user has the role that was given, and no password")
    func add() throws {
        var accounts = Self.accounts()
        try accounts.addUser("ann.b@example", .responder, at: 2)
        let ann = try #require(accounts.user("ann.b@example"))
        #expect(ann.role == .responder)
        #expect(ann.password == nil)
    }

    @Test(
        "names that a page, a log or a shell could take for more are refused",
        arguments: [
            "", " ", "-rf", "a b", "a\n", "a/b", "<b>", String(repeating: "a", count: 65),
        ]
    )
    func badNames(name: String) {
        var accounts = Self.accounts()
        #expect(throws: Accounts.UserObjection.badName) {
            try accounts.addUser(name, .viewer, at: 2)
        }
        #expect(accounts.users.count == 1)
    }

    @Test("the last administrator stays one, and stays")
    func lastAdministrator() throws {
        var accounts = Self.accounts()
        #expect(throws: Accounts.UserObjection.lastAdministrator("admin")) {
            try accounts.setRole(.viewer, of: "admin")
        }
        #expect(throws: Accounts.UserObjection.lastAdministrator("admin")) {
            try accounts.removeUser("admin")
        }
        try accounts.addUser("ann", .administrator, at: 2)
        try accounts.setRole(.viewer, of: "admin")
        #expect(accounts.user("admin")?.role == .viewer)
    }

    @Test("a user who is removed takes the tokens along")
    func remove() throws {
        var accounts = Self.accounts()
        try accounts.addUser("ann", .analyst, at: 2)
        let ann = try #require(accounts.user("ann"))
        let lifetime = TokenLifetime(from: 2, days: nil)
        let made = accounts.makeToken("t", of: ann, role: .analyst, lifetime)
        let secret = try #require(made).secret
        try accounts.removeUser("ann")
        #expect(accounts.token(of: secret, at: 3) == nil)
        #expect(throws: Accounts.UserObjection.unknown("ann")) { try accounts.removeUser("ann") }
    }
}
