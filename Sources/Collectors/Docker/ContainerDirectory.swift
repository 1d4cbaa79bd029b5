// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// Who the containers are, also those that are gone.
///
/// Shared by the collectors of one engine, so that each container is inspected
/// once and all its events bear the same identity.
package actor ContainerDirectory {
    /// Containers remembered; the one learned first is forgotten beyond it.
    private static let limit = 20_000
    /// An engine can hang on one container for long.
    private static let patience = Duration.seconds(2)
    /// While it starts a container it answers nothing about it, for some 300 ms;
    /// the container's events must not wait for that.
    private static let eventPatience = Duration.milliseconds(100)

    private var identities: [String: ContainerIdentity] = [:]
    private var order: [String] = []
    private var inspections: [String: Task<ContainerDetails, any Error>] = [:]

    package init() {}

    /// The identity, when it is known already.
    func known(_ id: String) -> ContainerIdentity? { identities[id] }

    /// The identity of the container that an event is about: from an
    /// inspection, else from what the event says itself.
    func identity(ofActorOf event: DockerEvent, using client: DockerClient) async
        -> ContainerIdentity
    {
        if let known = identities[event.actorID] {
            // The event has the new name; nothing else has changed.
            guard event.action == "rename", let name = event.attributes["name"] else {
                return known
            }
            return remember(known.renamed(to: name))
        }
        let said = ContainerIdentity(attributesOf: event)
        do {
            let details = try await Self.inspect(
                event.actorID,
                using: client,
                within: Self.eventPatience
            )
            return remember(details.identity)
        } catch let error as DockerError where error.code == .notFound {
            return remember(said)
        } catch {
            // Asked again for the next event, unless another asked meanwhile.
            return identities[event.actorID] ?? said
        }
    }

    /// Inspects a container; two who ask at once share one request.
    ///
    /// - Throws: ``DockerError``; `timedOut` after two seconds.
    func inspect(_ id: String, using client: DockerClient) async throws -> ContainerDetails {
        let task = inspections[id] ?? start(id, using: client)
        let details = try await task.value
        remember(details.identity)
        return details
    }

    private func start(
        _ id: String,
        using client: DockerClient
    ) -> Task<ContainerDetails, any Error> {
        let task = Task {
            defer { inspections[id] = nil }
            return try await Self.inspect(id, using: client, within: Self.patience)
        }
        inspections[id] = task
        return task
    }

    private static func inspect(
        _ id: String,
        using client: DockerClient,
        within patience: Duration
    ) async throws -> ContainerDetails {
        try await withThrowingTaskGroup(of: ContainerDetails.self) { group in
            group.addTask { try await client.inspectContainer(id) }
            group.addTask {
                try await Task.sleep(for: patience)
                throw DockerError(
                    .timedOut,
                    "cannot inspect container \(id.prefix(12)): no answer within \(patience)",
                    endpoint: client.endpoint.description
                )
            }
            defer { group.cancelAll() }
            guard let details = try await group.next() else { throw CancellationError() }
            return details
        }
    }

    @discardableResult
    private func remember(_ identity: ContainerIdentity) -> ContainerIdentity {
        if let known = identities[identity.id], known.isSame(as: identity) { return known }
        if identities.updateValue(identity, forKey: identity.id) == nil {
            order.append(identity.id)
        }
        if order.count > Self.limit { identities[order.removeFirst()] = nil }
        return identity
    }
}

extension ContainerIdentity {
    /// What an event says of its container: labels stand among the attributes.
    convenience init(attributesOf event: DockerEvent) {
        let own: Set<String> = [
            "name", "image", "exitCode", "signal", "execID", "execDuration", "oldName",
        ]
        self.init(
            id: event.actorID,
            name: event.attributes["name"] ?? "",
            image: event.attributes["image"] ?? "",
            imageID: "",
            labels: event.attributes.filter { !own.contains($0.key) }
        )
    }

    /// What the list of containers says.
    convenience init(listed summary: ContainerSummary) {
        self.init(
            id: summary.id,
            name: summary.name,
            image: summary.image,
            imageID: summary.imageID,
            labels: summary.labels
        )
    }

    /// The same container under another name.
    func renamed(to name: String) -> ContainerIdentity {
        ContainerIdentity(
            id: id,
            name: name,
            image: image,
            imageID: imageID,
            labels: Dictionary(labels.map { ($0.key, $0.value) }) { first, _ in first }
        )
    }

    /// Whether alerts would say the same of both.
    func isSame(as other: ContainerIdentity) -> Bool { id == other.id && json == other.json }

    /// `web (0123456789ab)`, for people.
    var title: String { "\(name) (\(id.prefix(12)))" }
}
