// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1

extension DockerClient {
    /// Asks who answers, and agrees on the API version to speak.
    ///
    /// - Throws: ``DockerError``
    package func ping() async throws -> EngineVersion {
        // Without a version in the path: it is what is being found out.
        _ = negotiate(engine: nil)
        let ping = try await answer(to: "/_ping", doing: "reach the engine")
        let announced = ping.headers.first(name: "Api-Version").flatMap(APIVersion.init)
        let body: EngineJSON.Version = try await decoded("/version", doing: "ask the version")
        let negotiated = negotiate(engine: announced ?? APIVersion(body.ApiVersion ?? ""))
        return EngineVersion(body, negotiated: negotiated)
    }

    /// All containers, also those that do not run, newest first.
    ///
    /// - Throws: ``DockerError``
    package func allContainers() async throws -> [ContainerSummary] {
        let answer: [EngineJSON.Container] = try await decoded(
            "/containers/json?all=1",
            doing: "list containers"
        )
        return answer.map(ContainerSummary.init)
    }

    /// The containers that run, newest first.
    ///
    /// - Throws: ``DockerError``
    package func runningContainers() async throws -> [ContainerSummary] {
        let answer: [EngineJSON.Container] = try await decoded(
            "/containers/json",
            doing: "list containers"
        )
        return answer.map(ContainerSummary.init)
    }

    /// A container, by id or name.
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func inspectContainer(_ id: String) async throws -> ContainerDetails {
        let answer: EngineJSON.Inspection = try await decoded(
            "/containers/\(DockerEndpoint.percentEncoded(id))/json",
            doing: "inspect container \(id.prefix(64))"
        )
        return ContainerDetails(answer)
    }

    /// An execution in a container, by its `execID`.
    ///
    /// - Throws: ``DockerError``; `notFound` when it ended and was forgotten.
    package func inspectExec(_ id: String) async throws -> ExecDetails {
        let answer: EngineJSON.Exec = try await decoded(
            "/exec/\(DockerEndpoint.percentEncoded(id))/json",
            doing: "inspect execution \(id.prefix(64))"
        )
        return ExecDetails(answer)
    }

    /// All images that are not only layers of others.
    ///
    /// - Throws: ``DockerError``
    package func images() async throws -> [ImageSummary] {
        let answer: [EngineJSON.Image] = try await decoded("/images/json", doing: "list images")
        return answer.map(ImageSummary.init)
    }

    /// An image, by id or reference.
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func inspectImage(_ id: String) async throws -> ImageSummary {
        let answer: EngineJSON.Image = try await decoded(
            "/images/\(DockerEndpoint.percentEncoded(id))/json",
            doing: "inspect image \(id.prefix(80))"
        )
        return ImageSummary(answer)
    }

    /// All networks.
    ///
    /// - Throws: ``DockerError``
    package func networks() async throws -> [NetworkSummary] {
        let answer: [EngineJSON.Network] = try await decoded("/networks", doing: "list networks")
        return answer.map(NetworkSummary.init)
    }

    /// All volumes.
    ///
    /// - Throws: ``DockerError``
    package func volumes() async throws -> [VolumeSummary] {
        let answer: EngineJSON.Volumes = try await decoded("/volumes", doing: "list volumes")
        return (answer.Volumes ?? []).map(VolumeSummary.init)
    }

    func decoded<Body: Decodable>(
        _ path: String,
        doing task: String
    ) async throws -> Body {
        let answer = try await answer(to: path, doing: task)
        do {
            return try EngineJSON.decode(Body.self, from: answer.body)
        } catch {
            throw DockerError(
                .badResponse,
                "cannot \(task): docker engine at \(endpoint): the answer is not the json "
                    + "of the docker api; check what listens there",
                endpoint: endpoint.description,
                cause: error
            )
        }
    }
}
