// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient
import Synchronization

/// The way to one engine: where it is, and a client of it.
package final class EngineAccess: Sendable {
    private enum Place: Sendable {
        /// Where `DOCKER_HOST` says, else the first of the usual sockets that
        /// accepts a connection, from then on.
        case environment(DockerEnvironment)
        case endpoint(DockerEndpoint)
    }

    /// How events name it; empty for the first engine.
    package let mark: String
    /// Whether logs are read where it says that they lie.
    let readsFiles: Bool
    private let place: Place
    private let configuration: DockerClient.Configuration
    private let state = Mutex<DockerClient?>(nil)

    /// The engine that a process's environment means; connects to nothing yet.
    package init(environment: DockerEnvironment, configuration: DockerClient.Configuration) {
        place = .environment(environment)
        mark = ""
        readsFiles = true
        self.configuration = configuration
    }

    /// An engine at a known place.
    ///
    /// `mark` is how events name it, empty for the first one; `readsFiles`
    /// trusts it to name files of logs.
    package init(
        endpoint: DockerEndpoint,
        mark: String,
        configuration: DockerClient.Configuration,
        readsFiles: Bool
    ) {
        self.readsFiles = readsFiles
        place = .endpoint(endpoint)
        self.mark = mark
        self.configuration = configuration
    }

    /// Its name on the status page.
    package var title: String { mark.isEmpty ? "docker engine" : "docker engine at \(mark)" }

    /// Where it is, when that is known.
    package var endpoint: DockerEndpoint? {
        if case .endpoint(let endpoint) = place { return endpoint }
        return state.withLock { $0?.endpoint }
    }

    /// The client of the engine.
    ///
    /// - Throws: ``DockerError`` `invalidEndpoint`, `noEngineFound`,
    ///   `permissionDenied` or `tls`.
    package func client() throws -> DockerClient {
        if let known = state.withLock({ $0 }) { return known }
        let endpoint = try found()
        return try state.withLock { client in
            if let known = client { return known }
            let made = try DockerClient(endpoint: endpoint, configuration: configuration)
            client = made
            return made
        }
    }

    /// Ends the client; call it when the collectors have ended.
    package func shutdown() async {
        await state.withLock { $0 }?.shutdown()
    }

    private func found() throws -> DockerEndpoint {
        switch place {
        case .endpoint(let endpoint): return endpoint
        case .environment(let environment):
            if let named = try DockerEndpoint(environment: environment) { return named }
            let discovery = DockerDiscovery(environment: environment)
            guard let found = discovery.endpoint else { throw discovery.failure }
            return found
        }
    }
}

extension EngineVersion {
    /// `Docker 20.10.24 (API 1.41)`, for people.
    package var title: String {
        let api = negotiatedVersion.map { " (API \($0))" } ?? ""
        return "\(product.isEmpty ? "Docker" : product) \(version)\(api)"
    }
}
