// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WebServer

/// An engine with the containers that a test gives it.
final class FakeContainers: ContainerSource {
    private struct State {
        var containers: [ContainerState] = []
        var lines: [String: [ContainerLogLine]] = [:]
        var isConnected = true
        var followers: [AsyncThrowingStream<ContainerLogLine, any Error>.Continuation] = []
        var endedFollowers = 0
    }

    private let state = Mutex(State())

    func add(_ container: ContainerState, lines: [ContainerLogLine] = []) {
        state.withLock { state in
            state.containers.append(container)
            state.lines[container.id] = lines
        }
    }

    func disconnect() { state.withLock { $0.isConnected = false } }

    /// Gives followers a line.
    func say(_ line: ContainerLogLine) {
        for follower in state.withLock({ $0.followers }) { follower.yield(line) }
    }

    /// Ends what is followed.
    func end() { for follower in state.withLock({ $0.followers }) { follower.finish() } }

    /// Followers that went away by themselves.
    var endedFollowers: Int { state.withLock { $0.endedFollowers } }

    func inventory() async -> ContainerInventory {
        state.withLock { state in
            ContainerInventory(
                isConnected: state.isConnected,
                detail: state.isConnected ? "Docker 28.0" : "no engine answers",
                containers: state.isConnected ? state.containers : []
            )
        }
    }

    func container(_ idOrName: String) async throws -> ContainerState? {
        try state.withLock { state in
            guard state.isConnected else {
                throw ContainerSourceError(.unavailable, "no engine answers")
            }
            return state.containers.first { $0.id == idOrName || $0.name == idOrName }
        }
    }

    func log(_ id: String, _ query: ContainerLogQuery) async throws -> [ContainerLogLine] {
        guard let container = try await container(id) else {
            throw ContainerSourceError(.notFound, "no container \(id)")
        }
        return state.withLock { state in
            let lines = (state.lines[container.id] ?? []).filter { line in
                line.time >= query.since ?? .min && line.time < query.until ?? .max
            }
            return lines.suffix(query.tail)
        }
    }

    func follow(
        _ id: String,
        tail: Int
    ) async throws -> AsyncThrowingStream<ContainerLogLine, any Error> {
        let first = tail == 0 ? [] : try await log(id, ContainerLogQuery(tail: tail))
        guard try await container(id) != nil else {
            throw ContainerSourceError(.notFound, "no container \(id)")
        }
        let (stream, continuation) = AsyncThrowingStream<ContainerLogLine, any Error>.makeStream()
        for line in first { continuation.yield(line) }
        continuation.onTermination = { [self] reason in
            guard case .cancelled = reason else { return }
            state.withLock { $0.endedFollowers += 1 }
        }
        state.withLock { $0.followers.append(continuation) }
        return stream
    }
}
