// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Locks the password of an account of this host.
///
/// Source: passwd(1), as Wazuh's `disable-account` (around-the-engine.md §6.4).
struct AccountPerformer: ActPerformer {
    static let installed = "/usr/bin/passwd"

    private let protections: @Sendable () -> Protections
    private let program: String
    private let work = BlockingWork.serial("accounts")

    init(protections: @escaping @Sendable () -> Protections, program: String) {
        self.protections = protections
        self.program = program
    }

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        guard case .account(let name) = act.target else { return .refused("it has no account") }
        if let objection = protections().objection(toAccount: name) { return .refused(objection) }
        guard let user = Self.userID(name) else {
            return .refused("this host has no such account")
        }
        guard user != 0, user != geteuid() else {
            return .refused("it is root, or the user that Jaga runs as")
        }
        let state = try await run("-S", name).split(separator: " ")
        guard state.count > 1, state[1] != "L", state[1] != "LK" else {
            return .nothingToDo("it is locked already")
        }
        return .ready(ActMemory())
    }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        guard case .account(let name) = act.target else { throw Self.nameless }
        _ = try await run("-l", name)
        return .done("the password of \(name) is locked")
    }

    func undo(_ act: StandingAct) async throws -> String {
        guard case .account(let name) = act.act.target else { throw Self.nameless }
        _ = try await run("-u", name)
        return "the password of \(name) is unlocked"
    }

    func renew(_ act: StandingAct) async throws {}

    private func run(_ option: String, _ name: String) async throws -> String {
        try await work.run { [program] in
            let run = try ProgramRun([program, option, name], folder: "/", seconds: 20)
            return String(decoding: try run.finish(), as: UTF8.self)
        }
    }

    private static func userID(_ name: String) -> uid_t? {
        var entry = Glibc.passwd()
        var found: UnsafeMutablePointer<Glibc.passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            return nil
        }
        return entry.pw_uid
    }

    private static let nameless = ResponseError(.program, "the act has no account")
}
