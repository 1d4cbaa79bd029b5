// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import NIOHTTP1

/// What is done to containers; sources: Docker Engine API v1.41,
/// `/containers/{id}/…` and `/commit`.
extension DockerClient {
    /// An act on a container that takes no words.
    package enum ContainerAct: String, Sendable, Hashable {
        case pause, unpause, start
        case stop = "stop?t=10"
        case kill = "kill?signal=KILL"
        case restart = "restart?t=10"

        var word: String { String(rawValue.prefix { $0 != "?" }) }
    }

    /// Does it, and says whether it changed anything: false when the container was
    /// as asked for (304).
    ///
    /// - Throws: ``DockerError``; `apiError(status: 409)` when its state forbids it.
    @discardableResult
    package func perform(_ act: ContainerAct, on id: String) async throws -> Bool {
        do {
            let place = "/containers/\(DockerEndpoint.percentEncoded(id))"
            try await post("\(place)/\(act.rawValue)", doing: "\(act.word) container", id)
            return true
        } catch let error as DockerError where error.code == .apiError(status: 304) {
            return false
        }
    }

    /// Sets what the engine does when the container ends: `no`, `always`,
    /// `on-failure:3`.
    ///
    /// - Throws: ``DockerError``
    package func setRestartPolicy(_ policy: String, of id: String) async throws {
        let parts = policy.split(separator: ":", maxSplits: 1)
        let count = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        var body = [UInt8](#"{"RestartPolicy":{"Name":"#.utf8)
        body.appendJSONString(parts.first.map(String.init) ?? "no")
        body.append(text: #","MaximumRetryCount":\#(count)}}"#)
        try await post(
            "/containers/\(DockerEndpoint.percentEncoded(id))/update",
            body,
            doing: "set the restart policy of container",
            id
        )
    }

    /// Makes an image of the container as it is; it is paused meanwhile.
    ///
    /// - Throws: ``DockerError``
    package func commit(_ id: String, repository: String, tag: String) async throws {
        let (container, repo, tag) = (
            DockerEndpoint.percentEncoded(id), DockerEndpoint.percentEncoded(repository),
            DockerEndpoint.percentEncoded(tag)
        )
        try await post(
            "/commit?container=\(container)&repo=\(repo)&tag=\(tag)&pause=true",
            [UInt8]("{}".utf8),
            doing: "commit container",
            id
        )
    }

    /// What the engine says of a container for evidence, as it comes.
    package enum Evidence: String, Sendable, Hashable, CaseIterable {
        case inspection = "json"
        case changes = "changes"
        /// The last 20,000 lines, framed unless the container has a terminal.
        case log = "logs?stdout=1&stderr=1&timestamps=1&tail=20000"
    }

    /// - Throws: ``DockerError``
    package func evidence(_ evidence: Evidence, of id: String) async throws -> [UInt8] {
        try await answer(
            to: "/containers/\(DockerEndpoint.percentEncoded(id))/\(evidence.rawValue)",
            doing: "keep evidence of container \(id.prefix(64))"
        ).body
    }

    func post(
        _ path: String,
        _ body: [UInt8]? = nil,
        doing task: String,
        _ id: String
    ) async throws {
        let order = Order(method: .POST, body: body)
        _ = try await answer(to: path, order, doing: "\(task) \(id.prefix(64))")
    }
}
