// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import JagaTesting

/// A scripted engine on a unix socket with a client of it, for one test.
struct ScriptedPair {
    let engine: ScriptedDockerEngine
    let client: DockerClient
    let folder: TemporaryFolder

    /// The limits of most tests: short enough that none hangs for long.
    static let configuration = DockerClient.Configuration(
        connectTimeout: .seconds(5),
        requestTimeout: .seconds(5),
        answerLimit: 1 << 20,
        eventLimit: 1 << 16,
        logFrameLimit: 1 << 16
    )

    /// Runs `body` with both, and shuts both down after it.
    static func run(
        configuration: DockerClient.Configuration = configuration,
        _ body: (ScriptedPair) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/docker.sock"
        let engine = try ScriptedDockerEngine(at: .unix(path: path))
        defer { engine.stop() }
        let client = try DockerClient(
            endpoint: DockerEndpoint(address: .unix(path: path), tls: nil),
            configuration: configuration
        )
        let pair = ScriptedPair(engine: engine, client: client, folder: folder)
        do {
            try await body(pair)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }
}

/// The error that `body` throws; nil when it throws none or another kind.
func dockerError<Result>(_ body: () async throws -> Result) async -> DockerError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? DockerError
    }
}
