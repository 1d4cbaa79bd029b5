// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
package import Vulnerabilities

/// A connection to an engine whose images are scanned by hand.
package struct ImageSession: Sendable {
    private let client: DockerClient
    private let scanner: ImageScanner
    private let containers: ContainerScanner

    /// Finds the engine and talks to it.
    ///
    /// `environment`: of the process: `DOCKER_HOST` and its companions.
    /// `memory`: where layers are remembered; nil for nowhere.
    /// - Throws: `DockerError`, of one line that says what to do.
    package static func connect(
        environment: [String: String],
        userID: UInt32,
        memory: LayerMemory?
    ) async throws -> ImageSession {
        let environment = DockerEnvironment(variables: environment, userID: userID)
        let endpoint: DockerEndpoint
        if let named = try DockerEndpoint(environment: environment) {
            endpoint = named
        } else {
            let discovery = DockerDiscovery(environment: environment)
            guard let found = discovery.endpoint else { throw discovery.failure }
            endpoint = found
        }
        let client = try DockerClient(endpoint: endpoint, configuration: .standard)
        do {
            _ = try await client.ping()
        } catch {
            await client.shutdown()
            throw error
        }
        return ImageSession(
            client: client,
            scanner: ImageScanner(.standard, memory: memory),
            containers: ContainerScanner(.standard, memory: memory)
        )
    }

    package func shutdown() async { await client.shutdown() }

    /// Ids of all images.
    ///
    /// - Throws: `DockerError`
    package func allImages() async throws -> [String] {
        try await client.images().map(\.id)
    }

    /// Ids of the images of containers that run, each once.
    ///
    /// - Throws: `DockerError`
    package func runningImages() async throws -> [String] {
        var seen: Set<String> = []
        return try await client.runningContainers().map(\.imageID)
            .filter { seen.insert($0).inserted }
    }

    /// The packages of a container, by its name or the front of its id: of its image, and
    /// those installed since.
    ///
    /// - Throws: `DockerError`, `VulnerabilityError`
    package func scan(
        container name: String,
        progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> ImageInventory {
        let all = try await client.allContainers()
        let named = all.first { $0.name == name || $0.id == name }
        let short = name.utf8.count >= 4 ? all.first { $0.id.hasPrefix(name) } : nil
        guard let container = named ?? short else {
            throw VulnerabilityError(.badImage, "there is no such container; see docker ps -a")
        }
        return try await containers.scan(container, on: client, progress: progress)
    }

    /// The packages of an image.
    ///
    /// - Throws: `DockerError`, `VulnerabilityError`
    package func scan(
        _ reference: String,
        progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> ImageInventory {
        try await scanner.scan(reference, of: client, progress: progress)
    }
}
