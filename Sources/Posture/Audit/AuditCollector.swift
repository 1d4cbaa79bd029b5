// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// Asks an engine for everything that the benchmark looks at.
package struct AuditCollector: Sendable {
    /// Images and containers that are looked at; more than a host has.
    private static let limit = 5_000

    private let client: DockerClient
    private let now: EngineTime
    /// What the host's files say, by the engine's folder; nil where they are not seen.
    private let host: @Sendable (String) async -> HostFiles.Seen?

    package init(
        _ client: DockerClient,
        now: EngineTime,
        host: @escaping @Sendable (_ rootFolder: String) async -> HostFiles.Seen?
    ) {
        self.client = client
        self.now = now
        self.host = host
    }

    /// - Throws: ``DockerError`` when the engine does not answer; a container or image that
    ///   goes meanwhile is left out.
    package func facts() async throws -> AuditFacts {
        var facts = AuditFacts()
        let version = try await client.ping()
        facts.engineVersion =
            "\(version.product.isEmpty ? "Docker" : version.product) \(version.version)"
        facts.engine = try await client.information()
        facts.networks = try await client.networkConfigurations()
        try await addImages(to: &facts)
        try await addContainers(to: &facts)
        if facts.engine.swarmState == "active", facts.engine.isSwarmManager {
            facts.swarm = try await client.swarm()
        }
        if let seen = await host(facts.engine.rootFolder) {
            facts.host = seen.host
            facts.daemon = seen.daemon
            facts.trustsSignedOnly = seen.trustsSignedOnly
        }
        return facts
    }

    private func addImages(to facts: inout AuditFacts) async throws {
        for image in try await client.images().prefix(Self.limit) {
            do {
                facts.images.append(
                    AuditFacts.Image(
                        try await client.imageConfiguration(image.id),
                        steps: try await client.imageHistory(image.id)
                    )
                )
            } catch let error as DockerError where error.code == .notFound {
                continue
            }
        }
    }

    private func addContainers(to facts: inout AuditFacts) async throws {
        let all = try await client.allContainers()
        facts.engine.containers = all.count
        facts.usedImages = Set(all.map(\.imageID))
        var around = Examination.Surroundings()
        around.engine = facts.engine
        around.volumeDevices = try await client.volumeDevices()
        let running = all.filter { $0.state == .running || $0.state == .paused }
        for container in running.prefix(Self.limit) {
            do {
                let made = try await client.containerConfiguration(container.id)
                around.imageCreatedAt =
                    facts.images.first { $0.configuration.id == made.imageID }?.configuration
                    .createdAt
                facts.containers.append(
                    AuditFacts.Container(made, Examination(made, around, now: now).posture)
                )
            } catch let error as DockerError where error.code == .notFound {
                continue
            }
        }
        facts.containers.sort { $0.name < $1.name }
    }
}
