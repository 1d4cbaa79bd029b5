// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient
import Synchronization

/// Finds the Docker engine, and keeps one client for each endpoint found.
package final class EngineAccess: Sendable {
    private let environment: DockerEnvironment
    private let configuration: DockerClient.Configuration
    private let clients = Mutex<[DockerEndpoint: DockerClient]>([:])

    /// Connects to nothing yet.
    package init(environment: DockerEnvironment, configuration: DockerClient.Configuration) {
        self.environment = environment
        self.configuration = configuration
    }

    /// The client of the engine that is there now: where `DOCKER_HOST` says,
    /// else the first of the usual sockets that accepts a connection.
    ///
    /// - Throws: ``DockerError`` `invalidEndpoint`, `noEngineFound`,
    ///   `permissionDenied` or `tls`.
    package func client() throws -> DockerClient {
        let endpoint = try endpoint()
        return try clients.withLock { clients in
            if let known = clients[endpoint] { return known }
            let made = try DockerClient(endpoint: endpoint, configuration: configuration)
            clients[endpoint] = made
            return made
        }
    }

    /// Ends all clients; call it when the collectors have ended.
    package func shutdown() async {
        let all = clients.withLock { clients in
            defer { clients.removeAll() }
            return Array(clients.values)
        }
        for client in all { await client.shutdown() }
    }

    private func endpoint() throws -> DockerEndpoint {
        if let named = try DockerEndpoint(environment: environment) { return named }
        let discovery = DockerDiscovery(environment: environment)
        guard let found = discovery.endpoint else { throw discovery.failure }
        return found
    }
}

extension EngineVersion {
    /// `Docker 20.10.24 (API 1.41)`, for people.
    package var title: String {
        let api = negotiatedVersion.map { " (API \($0))" } ?? ""
        return "\(product.isEmpty ? "Docker" : product) \(version)\(api)"
    }
}
