// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import HostFiles
import Synchronization

/// Keeps `client.keys` and what stands beside it; all of it blocks and is called
/// from one thread.
final class AgentRegistrar: Sendable {
    private struct State {
        var keys = ClientKeys()
        var version: FileStamp?
        /// Seconds since the epoch.
        var registrations: [String: Int64] = [:]
    }

    private let files: ManagerFiles
    private let directory: AgentDirectory
    private let tally: Tally
    private let state = Mutex(State())

    init(_ files: ManagerFiles, _ directory: AgentDirectory, _ tally: Tally) {
        self.files = files
        self.directory = directory
        self.tally = tally
    }

    /// Reads the files, and again when they were changed; gives what is wrong
    /// with them.
    ///
    /// - Throws: ``TransportError`` `keyFile`; the keys stay as they were.
    @discardableResult
    func reload() throws -> [Diagnostic] {
        let version = files.keysVersion()
        let known = state.withLock { $0.version }
        // A file that is gone for a moment, as while it is replaced, cuts nobody off.
        if known != nil, version == nil || version == known { return [] }
        var diagnostics: [Diagnostic] = []
        let keys = try files.readKeys(&diagnostics)
        let offset = directory.time.now().utcOffsetSeconds
        let registrations = files.readRegistrations(utcOffsetSeconds: offset)
        state.withLock { $0 = State(keys: keys, version: version, registrations: registrations) }
        publish(keys, registrations)
        return diagnostics
    }

    /// Enrols agents, in their order, with one write of the files.
    ///
    /// The refusals are what they are told; requests that are refused already pass as they
    /// are.
    func enrol(
        _ asked: [(request: Result<EnrolmentRequest, EnrolmentRefusal>, source: String)],
        by desk: EnrolmentDesk
    ) -> [Result<AgentKey, EnrolmentRefusal>] {
        var results: [Result<AgentKey, EnrolmentRefusal>] = []
        do {
            try change { keys, registrations in
                var round = Round(keys: keys, registrations: registrations)
                for (request, source) in asked {
                    results.append(request.flatMap { admit($0, source, desk, &round) })
                }
                guard !round.groups.isEmpty else { throw NothingChanged() }
                for (id, groups) in round.groups { try files.write(groups: groups, of: id) }
                (keys, registrations) = (round.keys, round.registrations)
            }
        } catch is NothingChanged {
            return results
        } catch {
            return results.enumerated().map { index, result in
                guard case .success(let key) = result else { return result }
                return .failure(.init("Internal manager error adding agent: \(key.name)"))
            }
        }
        return results
    }

    private struct NothingChanged: Error {}

    /// What agents that enrol together change.
    private struct Round {
        var keys: ClientKeys
        var registrations: [String: Int64]
        /// Of those that are new.
        var groups: [String: [String]] = [:]
    }

    private func admit(
        _ request: EnrolmentRequest,
        _ source: String,
        _ desk: EnrolmentDesk,
        _ round: inout Round
    ) -> Result<AgentKey, EnrolmentRefusal> {
        let fresh = round.groups
        do throws(EnrolmentRefusal) {
            let admission = try desk.admit(
                request,
                from: source,
                key: AgentKey.randomKey(),
                into: round.keys,
                hasGroup: files.hasGroup,
                occupant: { key in
                    // Who enrolled a moment ago is not known elsewhere yet.
                    if fresh[key.id] == nil { return directory.occupant(key) }
                    return .init(
                        state: .neverConnected,
                        disconnectedFor: .zero,
                        registeredFor: .zero
                    )
                }
            )
            for id in admission.replaced {
                _ = round.keys.remove(id, purging: desk.policy.purges)
                round.registrations[id] = nil
            }
            round.keys.insert(admission.agent)
            round.registrations[admission.agent.id] = directory.time.now().seconds
            round.groups[admission.agent.id] = admission.groups
            return .success(admission.agent)
        } catch {
            return .failure(error)
        }
    }

    /// Takes an agent out, whose connection ends.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent`, `keyFile`.
    func remove(_ id: String, purging: Bool) throws -> AgentKey {
        var removed: AgentKey?
        try change { keys, registrations in
            removed = keys.remove(id, purging: purging)
            registrations[id] = nil
            try files.write(groups: [], of: id)
        }
        guard let removed else {
            throw TransportError(.noSuchAgent, "there is no agent \(id)")
        }
        return removed
    }

    /// Takes keys of another manager: lines of a `client.keys`, or the text that
    /// `manage_agents` exports.
    ///
    /// An agent that is here with the same id is replaced. Gives how many there were.
    /// - Throws: ``TransportError`` `notAKey`, `keyFile`; nothing is taken then.
    func importKeys(_ text: String) throws -> Int {
        var diagnostics: [Diagnostic] = []
        let agents: [AgentKey]
        if let key = AgentKey(exported: text) {
            agents = [key]
        } else {
            agents = ClientKeys(text, file: "import", diagnostics: &diagnostics).agents
        }
        if let first = diagnostics.first { throw TransportError(.notAKey, "\(first)") }
        guard !agents.isEmpty else {
            throw TransportError(.notAKey, "there is no agent's key in what is imported")
        }
        try change { keys, registrations in
            for agent in agents {
                keys.insert(agent)
                registrations[agent.id] = directory.time.now().seconds
            }
        }
        return agents.count
    }

    /// Puts an agent into groups.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent`, `keyFile`.
    func setGroups(_ groups: [String], of id: String) throws {
        guard state.withLock({ $0.keys[id] }) != nil else {
            throw TransportError(.noSuchAgent, "there is no agent \(id)")
        }
        for group in groups where !files.hasGroup(group) {
            throw TransportError(.refused, "there is no group \(group): make its folder first")
        }
        try files.write(groups: groups, of: id)
        directory.setGroups(groups.isEmpty ? [GroupNames.usual] : groups, of: id)
    }

    /// Changes the keys, on disk first.
    private func change(
        _ body: (inout ClientKeys, inout [String: Int64]) throws -> Void
    ) throws {
        var (keys, registrations) = state.withLock { ($0.keys, $0.registrations) }
        try body(&keys, &registrations)
        try files.write(keys)
        let version = files.keysVersion()
        state.withLock { $0 = State(keys: keys, version: version, registrations: registrations) }
        publish(keys, registrations)
        try files.write(
            registrations: registrations,
            of: keys.agents,
            utcOffsetSeconds: directory.time.now().utcOffsetSeconds
        )
    }

    private func publish(_ keys: ClientKeys, _ registrations: [String: Int64]) {
        directory.take(keys.agents) { key in
            let counter = CounterFile(path: "\(files.counters)/\(key.id)").read()
            return AgentBackground(
                groups: files.readGroups(of: key.id),
                wasSeen: counter != nil,
                counter: counter,
                registered: registrations[key.id] ?? 0
            )
        }
    }
}
