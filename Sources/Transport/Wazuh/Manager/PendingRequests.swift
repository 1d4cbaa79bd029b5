// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Requests to agents that were not answered yet.
///
/// Source: around-the-engine.md §5.10.
final class PendingRequests: Sendable {
    /// Requests at once.
    private static let limit = 1_024
    /// How often a request is sent over UDP until it is heard of.
    private static let attemptLimit = 4
    private static let attemptInterval = TimeAmount.seconds(1)

    private struct Pending {
        let agent: String
        let promise: EventLoopPromise<[UInt8]>
        /// The agent has it; it need not be sent again.
        var isReceived = false
    }

    private struct State {
        var pending: [String: Pending] = [:]
        var last: UInt32 = 0
    }

    private let state = Mutex(State())

    /// Asks an agent and gives its answer.
    ///
    /// - Throws: ``TransportError`` `cannotSend`, `timeout`, `connection`.
    func ask(
        _ agent: String,
        _ link: any AgentLink,
        target: String,
        payload: [UInt8],
        within limit: TimeAmount,
        on loop: any EventLoop
    ) async throws -> [UInt8] {
        let promise = loop.makePromise(of: [UInt8].self)
        let number = state.withLock { state -> String? in
            guard state.pending.count < Self.limit else { return nil }
            state.last &+= 1
            let number = String(state.last, radix: 16)
            state.pending[number] = Pending(agent: agent, promise: promise)
            return number
        }
        guard let number else {
            let error = TransportError(.cannotSend, "too many requests to agents are open")
            promise.fail(error)
            throw error
        }
        let request = ManagerMessage.request(
            number: number,
            target: target,
            payload: payload[...]
        )
        link.send(request)
        if link.isDatagram { sendAgain(request, number, link, loop, attempt: 2) }
        let deadline = loop.scheduleTask(in: limit) {
            self.fail(number, TransportError(.timeout, "agent \(agent) did not answer in time"))
        }
        defer { deadline.cancel() }
        return try await promise.futureResult.get()
    }

    /// Takes an answer; one of another agent counts for nothing.
    func answered(_ number: String, by agent: String, _ payload: ArraySlice<UInt8>) -> Bool {
        let pending = state.withLock { state -> Pending? in
            guard state.pending[number]?.agent == agent else { return nil }
            return state.pending.removeValue(forKey: number)
        }
        pending?.promise.succeed(Array(payload))
        return pending != nil
    }

    /// Notes that an agent has a request.
    func received(_ number: String, by agent: String) {
        state.withLock { state in
            if state.pending[number]?.agent == agent { state.pending[number]?.isReceived = true }
        }
    }

    /// Ends all of them.
    func close() {
        let numbers = state.withLock { Array($0.pending.keys) }
        for number in numbers {
            fail(number, TransportError(.connection, "the manager ends"))
        }
    }

    private func fail(_ number: String, _ error: TransportError) {
        state.withLock { $0.pending.removeValue(forKey: number) }?.promise.fail(error)
    }

    private func sendAgain(
        _ request: ManagerMessage,
        _ number: String,
        _ link: any AgentLink,
        _ loop: any EventLoop,
        attempt: Int
    ) {
        loop.scheduleTask(in: Self.attemptInterval) {
            let isOpen = self.state.withLock { $0.pending[number].map { !$0.isReceived } ?? false }
            guard isOpen, attempt <= Self.attemptLimit else { return }
            link.send(request)
            self.sendAgain(request, number, link, loop, attempt: attempt + 1)
        }
    }
}
