// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Questions on how engine, images and containers are set up; sources: Docker
/// Engine API v1.41, the paths named below.
extension DockerClient {
    /// How a container may run, by id or name (`/containers/{id}/json`).
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func containerConfiguration(_ id: String) async throws -> ContainerConfiguration {
        let answer: EngineJSON.Configured = try await decoded(
            "/containers/\(DockerEndpoint.percentEncoded(id))/json",
            doing: "inspect container \(id.prefix(64))"
        )
        return ContainerConfiguration(answer)
    }

    /// How containers of an image run (`/images/{name}/json`).
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func imageConfiguration(_ id: String) async throws -> ImageConfiguration {
        let answer: EngineJSON.ImageInspection = try await decoded(
            "/images/\(DockerEndpoint.percentEncoded(id))/json",
            doing: "inspect image \(id.prefix(80))"
        )
        return ImageConfiguration(answer)
    }

    /// How an image was made, the last step first (`/images/{name}/history`).
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func imageHistory(_ id: String) async throws -> [ImageStep] {
        let answer: [EngineJSON.Step] = try await decoded(
            "/images/\(DockerEndpoint.percentEncoded(id))/history",
            doing: "ask for the history of image \(id.prefix(80))"
        )
        return answer.map { ImageStep(command: $0.CreatedBy ?? "") }
    }

    /// What the engine says of itself (`/info`).
    ///
    /// - Throws: ``DockerError``
    package func information() async throws -> EngineInformation {
        let answer: EngineJSON.Information = try await decoded(
            "/info",
            doing: "ask the engine how it is set up"
        )
        return EngineInformation(answer)
    }

    /// What is not as in the image (`/containers/{id}/changes`).
    ///
    /// - Throws: ``DockerError``
    package func fileChanges(of id: String) async throws -> [FileChange] {
        // The engine says `null` for none.
        let answer: [EngineJSON.Change]? = try await decoded(
            "/containers/\(DockerEndpoint.percentEncoded(id))/changes",
            doing: "ask what changed in container \(id.prefix(64))"
        )
        return (answer ?? []).compactMap { change in
            guard let path = change.Path, let kind = FileChange.Kind(rawValue: change.Kind ?? -1)
            else { return nil }
            return FileChange(path: path, kind: kind)
        }
    }

    /// Networks with their options (`/networks`).
    ///
    /// - Throws: ``DockerError``
    package func networkConfigurations() async throws -> [NetworkConfiguration] {
        let answer: [EngineJSON.NetworkDetails] = try await decoded(
            "/networks",
            doing: "list networks"
        )
        return answer.map {
            NetworkConfiguration(
                name: $0.Name ?? "",
                driver: $0.Driver ?? "",
                options: $0.Options ?? [:]
            )
        }
    }

    /// Paths or devices that volumes stand for, by the volumes' names (`/volumes`).
    ///
    /// - Throws: ``DockerError``
    package func volumeDevices() async throws -> [String: String] {
        let answer: EngineJSON.VolumeDetails = try await decoded("/volumes", doing: "list volumes")
        var devices: [String: String] = [:]
        for volume in answer.Volumes ?? [] {
            if let name = volume.Name { devices[name] = volume.Options?["device"] }
        }
        return devices
    }

    /// How the swarm is set up; only a manager knows (`/swarm`, `/services`).
    ///
    /// - Throws: ``DockerError``; `apiError(status: 503)` outside of a swarm.
    package func swarm() async throws -> SwarmInformation {
        let details: EngineJSON.SwarmDetails = try await decoded(
            "/swarm",
            doing: "ask for the swarm's settings"
        )
        let services: [EngineJSON.ServiceDetails] = try await decoded(
            "/services",
            doing: "list services"
        )
        var swarm = SwarmInformation()
        swarm.locksManagers = details.Spec?.EncryptionConfig?.AutoLockManagers ?? false
        let nanoseconds = details.Spec?.CAConfig?.NodeCertExpiry ?? 0
        swarm.certificateDays = Int(nanoseconds / 86_400_000_000_000)
        swarm.services = services.map(SwarmInformation.Service.init)
        return swarm
    }
}
