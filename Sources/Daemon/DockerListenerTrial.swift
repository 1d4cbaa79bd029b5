// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// The Docker listener by hand: one connection, events as JSON lines, nothing
/// kept and nothing tried again.
///
/// Source: around-the-engine.md §1.3, §1.4.
package struct DockerListenerTrial: Sendable {
    private let environment: DockerEnvironment

    /// Takes `DOCKER_HOST` and its companions out of a process's environment.
    package init(environment: [String: String], userID: UInt32) {
        self.environment = DockerEnvironment(variables: environment, userID: userID)
    }

    /// Finds the engine and talks to it.
    ///
    /// - Throws: an error of one line that says what was tried, why it failed
    ///   and what to do.
    package func connect() async throws -> Connected {
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
            return Connected(client: client, engine: try await client.ping())
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// A connection to an engine that answered.
    package struct Connected: Sendable, CustomStringConvertible {
        fileprivate let client: DockerClient
        fileprivate let engine: EngineVersion

        /// `connected to Docker 20.10.24 (API 1.41) at unix:///…`.
        package var description: String {
            let api = engine.negotiatedVersion.map { " (API \($0))" } ?? ""
            return "connected to Docker \(engine.version)\(api) at \(client.endpoint)"
        }

        /// Gives each message as one JSON line without its end, until the
        /// engine ends the stream or the task is cancelled.
        ///
        /// - Throws: what the engine's stream ended with.
        package func run(_ receive: @Sendable ([UInt8]) -> Void) async throws {
            receive(try DockerListenerMessage.started.envelope())
            let stream = try await client.events(since: nil)
            receive(try DockerListenerMessage.connected.envelope())
            for try await lines in stream {
                for line in lines {
                    guard case .event(let event) = line else { continue }
                    receive(try DockerListenerMessage.event(event.raw).envelope())
                }
            }
            receive(try DockerListenerMessage.disconnected.envelope())
            if !Task.isCancelled { throw DockerListenerEnded(endpoint: "\(client.endpoint)") }
        }

        /// Closes the connection.
        package func shutdown() async {
            await client.shutdown()
        }
    }
}

/// The engine ended the stream of events.
struct DockerListenerEnded: Error, CustomStringConvertible {
    let endpoint: String

    var description: String {
        "the engine at \(endpoint) ended the stream of events: is it stopping? start again when it is back"
    }
}
