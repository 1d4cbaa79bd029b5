// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Synchronization

/// What comes to the one loop of a ``ContainerLogCollector``: events of
/// containers, and answers to what it asked about them.
///
/// Putting never waits, so that the engine is always listened to.
final class ContainerInbox: Sendable {
    enum Input: Sendable {
        case event(DockerEvent)
        case inspected(String, Result<ContainerDetails, any Error>)
        /// Events found no room: the engine is to be asked for its list.
        case overflow
        /// The stream of events is over; nothing follows.
        case ended((any Error)?)
    }

    private struct State {
        var inputs: [Input] = []
        var events = 0
        var hasOverflown = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// Events that may wait.
    private static let limit = 65_536
    /// What matters to somebody who reads logs.
    private static let actions: Set<String> = [
        "create", "start", "restart", "rename", "die", "destroy",
    ]

    private let state = Mutex(State())

    /// Takes events; those that matter to nobody here are left out.
    func put(_ lines: [DockerEventLine]) {
        for case .event(let event) in lines {
            guard event.type == "container", !event.actorID.isEmpty,
                Self.actions.contains(event.action)
            else { continue }
            put(.event(event))
        }
    }

    func put(_ input: Input) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .event = input {
                guard state.events < Self.limit else {
                    if !state.hasOverflown { state.inputs.append(.overflow) }
                    state.hasOverflown = true
                    return nil
                }
                state.events += 1
            }
            state.inputs.append(input)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// All that waits, in order; suspends while that is nothing.
    ///
    /// For one caller.
    func take() async -> [Input] {
        while true {
            let inputs = state.withLock { state in
                defer {
                    state.inputs.removeAll()
                    state.events = 0
                    state.hasOverflown = false
                }
                return state.inputs
            }
            if !inputs.isEmpty { return inputs }
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    guard state.inputs.isEmpty else { return false }
                    state.waiter = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        }
    }
}
