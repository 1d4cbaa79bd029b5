// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import Synchronization
import WebServer

/// The containers of the engine that is there now, for the server.
///
/// Asks the engine each time, but for the list, which many pages ask for at
/// once: it is kept for half a second.
final class EngineContainers: ContainerSource {
    private static let listLife = Duration.milliseconds(500)

    private let engines: EngineAccess
    private let clock = ContinuousClock()
    private let listed = Mutex<(at: ContinuousClock.Instant, inventory: ContainerInventory)?>(nil)

    init(_ engines: EngineAccess) {
        self.engines = engines
    }

    func inventory() async -> ContainerInventory {
        let now = clock.now
        if let kept = listed.withLock({ $0 }), now - kept.at < Self.listLife {
            return kept.inventory
        }
        let inventory = await ask()
        listed.withLock { $0 = (now, inventory) }
        return inventory
    }

    func container(_ idOrName: String) async throws -> WebServer.ContainerState? {
        do {
            let client = try engines.client()
            let details = try await client.inspectContainer(idOrName)
            let listed = try await client.allContainers().first { $0.id == details.id }
            return WebServer.ContainerState(details, listed: listed)
        } catch let error as DockerError where error.code == .notFound {
            return nil
        } catch {
            throw Self.failure(error)
        }
    }

    func log(_ id: String, _ query: ContainerLogQuery) async throws -> [ContainerLogLine] {
        do {
            return try await EngineLog(client: engines.client(), container: id).lines(query)
        } catch {
            throw Self.failure(error)
        }
    }

    func follow(
        _ id: String,
        tail: Int
    ) async throws -> AsyncThrowingStream<ContainerLogLine, any Error> {
        do {
            let log = try EngineLog(client: engines.client(), container: id)
            return try await log.follow(tail: tail) { Self.failure($0) }
        } catch {
            throw Self.failure(error)
        }
    }

    private func ask() async -> ContainerInventory {
        do {
            let client = try engines.client()
            let version = try await client.ping()
            return ContainerInventory(
                isConnected: true,
                detail: version.title,
                containers: try await client.allContainers().map(WebServer.ContainerState.init)
            )
        } catch {
            return ContainerInventory(isConnected: false, detail: "\(error)", containers: [])
        }
    }

    /// What the server says of an engine's failure.
    private static func failure(_ error: any Error) -> any Error {
        guard let error = error as? DockerError else { return error }
        switch error.code {
        case .notFound: return ContainerSourceError(.notFound, error.message)
        // The engine answers so for the drivers `none` and `gelf`, among others:
        // "configured logging driver does not support reading".
        case .apiError: return ContainerSourceError(.noLog, error.message)
        default: return ContainerSourceError(.unavailable, error.message)
        }
    }
}

extension WebServer.ContainerState {
    fileprivate init(_ summary: ContainerSummary) {
        self.init(
            id: summary.id,
            name: summary.name,
            image: summary.image,
            state: summary.state.rawValue
        )
        imageID = summary.imageID
        status = summary.status
        created = summary.createdAt.map { $0.nanoseconds / 1_000_000 }
        labels = summary.labels
        compose = Compose(labels: summary.labels)
        ports = summary.ports.map { port in
            Port(
                address: port.publicPort == nil ? nil : port.address,
                publicPort: port.publicPort,
                privatePort: port.privatePort,
                kind: port.type
            )
        }
    }

    /// `listed` has what an inspection does not say in the same words.
    fileprivate init(_ details: ContainerDetails, listed: ContainerSummary?) {
        if let listed {
            self.init(listed)
        } else {
            self.init(
                id: details.id,
                name: details.name,
                image: details.image,
                state: details.state.rawValue
            )
            labels = details.labels
            compose = Compose(labels: details.labels)
        }
        image = details.image
        imageID = details.imageID
        created = details.createdAt.map { $0.nanoseconds / 1_000_000 } ?? created
        logDriver = details.logDriver.isEmpty ? nil : details.logDriver
    }
}

extension WebServer.ContainerState.Compose {
    /// Nil when the container is not of a compose file.
    fileprivate init?(labels: [String: String]) {
        guard let project = labels["com.docker.compose.project"] else { return nil }
        self.init(project: project, service: labels["com.docker.compose.service"] ?? "")
    }
}
