// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Foundation
import Patterns
import Testing

@Suite("Acts on addresses and accounts")
struct HostPerformerTests {
    private static func block(_ address: String, until end: Int64?) throws -> PlannedAct {
        var state = Samples.state(Samples.response("block-address"))
        guard let alert = Samples.alert(source: address),
            case .perform(var act)? = state.received(alert, at: 5).first
        else { throw Samples.NoAct() }
        act.expiresAt = end
        return act
    }

    private static func disable(_ user: String) throws -> PlannedAct {
        var state = Samples.state(Samples.response("disable-account"))
        guard let alert = Samples.alert(user: user),
            case .perform(let act)? = state.received(alert, at: 5).first
        else { throw Samples.NoAct() }
        return act
    }

    @Test(
        "an address goes into the set of its family, with a time-out a little behind the act's",
        arguments: [
            ("198.51.100.7", "blocked4", "198.51.100.7"),
            ("2001:DB8:0:0::1", "blocked6", "2001:db8::1"),
        ]
    )
    func block(address: String, set: String, written: String) async throws {
        try await ScriptedHost.run { host in
            let act = try Self.block(address, until: 1_060_000_000_000)
            let (memory, outcome) = try await host.perform(act)
            #expect(outcome == .done("packets of \(written) are dropped"))
            let got = try host.got("nft")
            #expect(got.hasPrefix("-f -\nadd table inet jaga_response\n"))
            #expect(got.contains("type filter hook prerouting priority -310; policy accept;"))
            #expect(
                got.hasSuffix(
                    "add element inet jaga_response \(set) { \(written) timeout 90s }\n"
                )
            )
            let answer1 = try await host.undo(act, memory)
            #expect(answer1 == "packets of \(written) pass again")
            #expect(
                try host.got("nft").hasSuffix(
                    "delete element inet jaga_response \(set) { \(written) }\n"
                )
            )
        }
    }

    @Test("without a time-out the kernel keeps it until the undo")
    func noEnd() async throws {
        try await ScriptedHost.run { host in
            _ = try await host.perform(try Self.block("198.51.100.7", until: nil))
            #expect(try host.got("nft").hasSuffix("blocked4 { 198.51.100.7 }\n"))
        }
    }

    @Test("what nft says is in the error, and nothing is done without nft")
    func failure() async throws {
        try await ScriptedHost.run(nft: "echo 'Error: no rights'; exit 1") { host in
            let act = try Self.block("198.51.100.7", until: nil)
            let error = await #expect(throws: ResponseError.self) {
                try await host.perform(act)
            }
            #expect(error?.message.contains("Error: no rights") == true)
        }
        try await ScriptedHost.run { host in
            try FileManager.default.removeItem(atPath: host.folder.path + "/nft")
            let found = try await host.performer.prepare(
                try Self.block("198.51.100.7", until: nil)
            )
            #expect(found == .refused("nft is not installed (package nftables)"))
        }
    }

    @Test("protections are asked again before the act: addresses of a host change")
    func protectedNow() async throws {
        var protections = Protections()
        try protections.ownAddresses.append("198.51.100.0/24".utf8)
        try await ScriptedHost.run(protections: protections) { host in
            let found = try await host.performer.prepare(
                try Self.block("198.51.100.7", until: nil)
            )
            #expect(found == .refused("it is an address or a gateway of this host"))
        }
    }

    @Test("an account's password is locked by its name alone, and unlocked")
    func account() async throws {
        try await ScriptedHost.run(passwd: "echo \"$2 P 01/01/2026\"") { host in
            let act = try Self.disable("nobody")
            let (memory, outcome) = try await host.perform(act)
            #expect(outcome == .done("the password of nobody is locked"))
            let answer2 = try await host.undo(act, memory)
            #expect(answer2 == "the password of nobody is unlocked")
            #expect(try host.got("passwd") == "-S nobody\n-l nobody\n-u nobody\n")
        }
    }

    @Test("an account that is locked by somebody else is left alone, then and later")
    func lockedAccount() async throws {
        try await ScriptedHost.run(passwd: "echo \"$2 L 01/01/2026\"") { host in
            let found = try await host.performer.prepare(try Self.disable("nobody"))
            #expect(found == .nothingToDo("it is locked already"))
            #expect(try host.got("passwd") == "-S nobody\n")
        }
    }

    @Test("root by another name, and a name that no account has, are refused")
    func refusedAccounts() async throws {
        try await ScriptedHost.run { host in
            let found = try await host.performer.prepare(try Self.disable("no-such-user-here"))
            #expect(found == .refused("this host has no such account"))
        }
        #expect(throws: Samples.NoAct.self) { try Self.disable("root") }
        #expect(throws: Samples.NoAct.self) { try Self.disable("-l") }
    }
}
