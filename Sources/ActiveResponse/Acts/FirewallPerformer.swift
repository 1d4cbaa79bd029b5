// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Blocks addresses with nftables, in a table of its own.
///
/// The chain hangs where packets come in, before addresses are translated: so
/// what goes to a published port of a container is stopped as well as what goes
/// to the host. Each element has a time-out a little behind its act's, so that
/// the kernel ends what a dead Jaga cannot.
///
/// Source: nft(8), nftables 1.0.6: `priority raw` is -300, Docker's
/// translation of addresses is at -100.
struct FirewallPerformer: ActPerformer {
    static let table = "jaga_response"
    static let places = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"]
    private static let graceSeconds: Int64 = 30

    let protections: @Sendable () -> Protections
    let now: @Sendable () -> Int64
    /// Where `nft` may be; looked at for each act, for it may be installed meanwhile.
    let places: [String]
    private let work = BlockingWork.serial("nft")

    init(
        protections: @escaping @Sendable () -> Protections,
        now: @escaping @Sendable () -> Int64,
        places: [String]
    ) {
        self.protections = protections
        self.now = now
        self.places = places
    }

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        guard case .address(let text) = act.target else { return .refused("it has no address") }
        if let objection = protections().objection(toAddress: text) { return .refused(objection) }
        guard program != nil else {
            return .refused("nft is not installed (package nftables)")
        }
        return .ready(ActMemory())
    }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        guard case .address(let text) = act.target else { throw Self.addressless }
        try await add(text, until: act.expiresAt)
        return .done("packets of \(text) are dropped")
    }

    func undo(_ act: StandingAct) async throws -> String {
        guard case .address(let text) = act.act.target else { throw Self.addressless }
        let set = Self.set(text)
        // Adding first makes the deletion succeed also when the kernel was faster.
        try await nft(
            Self.frame + "add element inet \(Self.table) \(set) { \(text) }\n"
                + "delete element inet \(Self.table) \(set) { \(text) }\n"
        )
        return "packets of \(text) pass again"
    }

    func renew(_ act: StandingAct) async throws {
        guard case .address(let text) = act.act.target else { throw Self.addressless }
        try await add(text, until: act.act.expiresAt)
    }

    /// Whatever stood of it is replaced, in one transaction.
    private func add(_ text: String, until end: Int64?) async throws {
        let set = Self.set(text)
        let seconds = end.map { max(1, ($0 - now()) / 1_000_000_000) + Self.graceSeconds }
        let timeout = seconds.map { " timeout \($0)s" } ?? ""
        try await nft(
            Self.frame + "add element inet \(Self.table) \(set) { \(text) }\n"
                + "delete element inet \(Self.table) \(set) { \(text) }\n"
                + "add element inet \(Self.table) \(set) { \(text)\(timeout) }\n"
        )
    }

    /// Table, sets and chain; adding what is there changes nothing, and the rules
    /// are laid anew in the same transaction.
    private static let frame = """
        add table inet \(table)
        add set inet \(table) blocked4 { type ipv4_addr; flags timeout; }
        add set inet \(table) blocked6 { type ipv6_addr; flags timeout; }
        add chain inet \(table) incoming { type filter hook prerouting priority -310; policy accept; }
        flush chain inet \(table) incoming
        add rule inet \(table) incoming ip saddr @blocked4 counter drop
        add rule inet \(table) incoming ip6 saddr @blocked6 counter drop

        """

    private func nft(_ commands: String) async throws {
        guard let program else {
            throw ResponseError(.program, "nft is not installed (package nftables)")
        }
        try await work.run {
            let run = try ProgramRun([program, "-f", "-"], folder: "/", seconds: 20)
            try run.write([UInt8](commands.utf8))
            _ = try run.finish()
        }
    }

    private var program: String? { places.first { access($0, X_OK) == 0 } }
    private static func set(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: ":")) ? "blocked6" : "blocked4"
    }

    private static let addressless = ResponseError(.program, "the act has no address")
}
