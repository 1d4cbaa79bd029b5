// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// What is done with agents from elsewhere: the API, the command line, responses.
extension WazuhManager {
    /// Sends an active response to an agent: one JSON object, as
    /// around-the-engine.md §6.2 writes it.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent` when it is not connected,
    ///   `cannotSend` when the text is too long.
    package func respond(_ json: [UInt8], at agent: String) throws {
        guard json.count < SealedMessage.bodyLimit - 16 else {
            throw TransportError(.cannotSend, "the response for agent \(agent) is too long")
        }
        try link(of: agent).send(.activeResponse(json[...]))
    }

    /// Makes an agent connect anew.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent`.
    package func reconnect(_ agent: String) throws {
        try link(of: agent).send(.reconnect)
    }

    /// Asks a module of an agent, as `getconfig client` of `agent`.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent`, `timeout`, `cannotSend`,
    ///   `connection`.
    package func ask(_ agent: String, target: String, payload: String) async throws -> [UInt8] {
        let link = try link(of: agent)
        guard let desk = desk.withLock({ $0 }), payload.utf8.count < 60_000 else {
            throw TransportError(.cannotSend, "the request for agent \(agent) is too long")
        }
        return try await desk.requests.ask(
            agent,
            link,
            target: target,
            payload: Array(payload.utf8),
            within: .nanoseconds(configuration.limits.answer.nanoseconds),
            on: MultiThreadedEventLoopGroup.singleton.next()
        )
    }

    /// Takes an agent out; see ``ClientKeys``.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent`, `keyFile`.
    package func remove(_ id: String, purging: Bool) async throws {
        let key = try await work.run { [registrar] in
            try registrar.remove(id, purging: purging)
        }
        let address = key.address.text
        desk.withLock { $0 }?.tell(
            "ossec: Agent removed: '\(key.name)-\(address)'.",
            at: "wazuh-monitord"
        )
    }

    /// Takes keys of another manager; gives how many.
    ///
    /// - Throws: ``TransportError`` `notAKey`, `keyFile`.
    package func importKeys(_ text: String) async throws -> Int {
        try await work.run { [registrar] in try registrar.importKeys(text) }
    }

    /// Puts an agent into groups; its files follow with its next keep-alive.
    ///
    /// - Throws: ``TransportError`` `noSuchAgent`, `refused`, `keyFile`.
    package func setGroups(_ groups: [String], of id: String) async throws {
        try await work.run { [registrar] in try registrar.setGroups(groups, of: id) }
    }

    /// Files below `etc/shared` that no agent gets.
    package var skippedFiles: [String] { shared.skippedFiles }

    private func link(of agent: String) throws -> any AgentLink {
        guard let link = directory.link(of: agent) else {
            throw TransportError(.noSuchAgent, "agent \(agent) is not connected")
        }
        return link
    }

    /// Answers a line on the port for enrolment; nil at the end.
    func enrol(_ line: [UInt8], from address: String) async -> String? {
        await withCheckedContinuation { continuation in
            let asked = EnrolmentQueue.Asked(
                line: line,
                address: address,
                answer: { continuation.resume(returning: $0) }
            )
            guard enrolling.add(asked) else { return }
            work.later { [self] isActive in enrolWaiting(isActive: isActive) }
        }
    }

    /// Answers all who wait, with one write of the files for all of them.
    private func enrolWaiting(isActive: Bool) {
        let asked = enrolling.takeAll()
        guard isActive, let policy = configuration.enrolment?.policy else {
            for one in asked { one.answer(nil) }
            return
        }
        let requests = asked.map { one -> Result<EnrolmentRequest, EnrolmentRefusal> in
            do throws(EnrolmentRefusal) {
                return .success(try EnrolmentRequest(one.line[...], password: policy.password))
            } catch {
                return .failure(error)
            }
        }
        let results = registrar.enrol(
            zip(requests, asked).map { ($0, $1.address) },
            by: EnrolmentDesk(policy)
        )
        for (one, result) in zip(asked, results) {
            switch result {
            case .success(let agent):
                tally.add(.enrolled)
                one.answer(agent.reply)
            case .failure(let refusal):
                tally.add(.enrolmentsRefused)
                one.answer(refusal.reply)
            }
        }
    }
}
