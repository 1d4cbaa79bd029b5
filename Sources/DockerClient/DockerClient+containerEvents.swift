// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension DockerClient {
    /// Opens the stream of containers' events of these actions alone; the engine takes
    /// `exec_create` for each action that begins so.
    ///
    /// Engines that know no filter send more.
    /// Source: Docker Engine API v1.41, `/events`, `filters`.
    /// - Throws: ``DockerError``
    package func containerEvents(_ actions: [String]) async throws -> DockerEventStream {
        let list = actions.map { "\"\($0)\"" }.joined(separator: ",")
        let filters = #"{"type":["container"],"event":[\#(list)]}"#
        return try await events(query: "?filters=" + DockerEndpoint.percentEncoded(filters))
    }
}
