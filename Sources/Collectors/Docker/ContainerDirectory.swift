// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// Who the containers of one engine are, also those that are gone.
///
/// Shared by the engine's collectors, so that each container is inspected once
/// and all its events bear the same identity. Every identity has a name: the
/// one an event tells, the engine's answer, else the short id.
package actor ContainerDirectory {
    /// Containers remembered; the one learned first is forgotten beyond it.
    private static let limit = 20_000
    /// Images whose digest is remembered.
    private static let imageLimit = 4096
    /// An engine can hang on one container for long.
    private static let patience = Duration.seconds(2)
    /// While it starts a container it answers nothing about it, for some 300 ms.
    ///
    /// Events wait that long, once for each container, lest they lack their
    /// image's id; reading them does not wait.
    private static let eventPatience = Duration.seconds(1)

    private let labels: LabelPolicy
    /// How the engine is called in events; empty for the first one.
    private let engine: String
    private var identities: [String: ContainerIdentity] = [:]
    private var order: [String] = []
    private var inspections: [String: Task<ContainerDetails, any Error>] = [:]
    /// Containers that were waited for, or that the engine does not know: they
    /// are not waited for again.
    private var waitedFor: Set<String> = []
    /// Digests by the image's id; empty for an image that has none.
    private var digests: [String: [String]] = [:]

    package init(labels: LabelPolicy, of engine: EngineAccess) {
        self.labels = labels
        self.engine = engine.mark
    }

    /// The identity, when it is known already.
    func known(_ id: String) -> ContainerIdentity? { identities[id] }

    /// All that are known, the one learned last at the end.
    var all: [ContainerIdentity] { order.compactMap { identities[$0] } }

    /// Takes identities that an earlier run of Jaga knew.
    func recall(_ earlier: [ContainerIdentity.Facts]) {
        for facts in earlier where identities[facts.id] == nil {
            remember(ContainerIdentity(facts))
        }
    }

    /// Inspects the containers that are not known yet, all at once; returns
    /// when it is done, or after a second, and at once for those that it waited
    /// for before.
    func meet(_ ids: Set<String>, using client: DockerClient) async {
        let unknown = ids.filter { identities[$0] == nil && !waitedFor.contains($0) }
            .sorted().prefix(64)
        guard !unknown.isEmpty else { return }
        if waitedFor.count > Self.limit { waitedFor.removeAll() }
        waitedFor.formUnion(unknown)
        let tasks = unknown.map { inspections[$0] ?? start($0, using: client) }
        let (done, finished) = AsyncStream<Void>.makeStream()
        // Neither holds anything for longer than the patience of its inspection.
        let waiting = Task {
            for task in tasks { _ = await task.result }
            finished.finish()
        }
        let limit = Task {
            // Ends early only when all are done.
            try? await Task.sleep(for: Self.eventPatience)
            finished.finish()
        }
        for await _ in done {}
        limit.cancel()
        withExtendedLifetime(waiting) {}
    }

    /// The identity of the container that an event is about: what is known of
    /// it, with the name that the event tells.
    func identity(ofActorOf event: DockerEvent) -> ContainerIdentity {
        guard let known = identities[event.actorID] else {
            return ContainerIdentity(facts(of: event))
        }
        // The event's is the name that it has now, and no label: the engine
        // lays `name` and `image` over the labels.
        guard let name = event.attributes["name"], !name.isEmpty, name != known.name else {
            return known
        }
        var facts = known.facts
        facts.name = name
        return remember(ContainerIdentity(facts))
    }

    /// The same, from what an event says alone, when the engine does not know
    /// the container any more.
    func settle(_ event: DockerEvent) -> ContainerIdentity {
        if identities[event.actorID] == nil { remember(ContainerIdentity(facts(of: event))) }
        return identity(ofActorOf: event)
    }

    /// Inspects a container; two who ask at once share one request.
    ///
    /// - Throws: ``DockerError``; `timedOut` after two seconds.
    func inspect(_ id: String, using client: DockerClient) async throws -> ContainerDetails {
        try await (inspections[id] ?? start(id, using: client)).value
    }

    /// The identity of an inspected container.
    func identity(of details: ContainerDetails) -> ContainerIdentity {
        remember(ContainerIdentity(facts(of: details)))
    }

    /// The identity of a listed container, which may be known better.
    func identity(of summary: ContainerSummary) -> ContainerIdentity {
        if let known = identities[summary.id] { return known }
        var facts = ContainerIdentity.Facts(
            id: summary.id,
            name: summary.name,
            image: summary.image,
            imageID: summary.imageID,
            labels: summary.labels
        )
        complete(&facts)
        return ContainerIdentity(facts)
    }

    private func start(
        _ id: String,
        using client: DockerClient
    ) -> Task<ContainerDetails, any Error> {
        let task = Task {
            defer { inspections[id] = nil }
            let details = try await within(
                Self.patience,
                else: Self.late("inspect container \(id)", client)
            ) {
                try await client.inspectContainer(id)
            }
            await learnDigest(of: details.imageID, using: client)
            remember(ContainerIdentity(facts(of: details)))
            return details
        }
        inspections[id] = task
        return task
    }

    private func learnDigest(of image: String, using client: DockerClient) async {
        guard !image.isEmpty, digests[image] == nil else { return }
        do {
            let summary = try await within(
                Self.patience,
                else: Self.late("inspect image \(image)", client)
            ) {
                try await client.inspectImage(image)
            }
            if digests.count >= Self.imageLimit { digests.removeAll() }
            digests[image] = summary.digests
        } catch let error as DockerError where error.code == .notFound {
            digests[image] = []
        } catch {
            // Asked again with the next container of that image.
        }
    }

    private func facts(of details: ContainerDetails) -> ContainerIdentity.Facts {
        var facts = ContainerIdentity.Facts(
            id: details.id,
            name: details.name,
            image: details.image,
            imageID: details.imageID,
            labels: details.labels
        )
        if facts.name.isEmpty { facts.name = identities[details.id]?.name ?? "" }
        complete(&facts)
        return facts
    }

    private func facts(of event: DockerEvent) -> ContainerIdentity.Facts {
        var facts = ContainerIdentity.Facts(
            id: event.actorID,
            name: event.attributes["name"] ?? "",
            image: event.attributes["image"] ?? "",
            imageID: "",
            labels: event.containerLabels
        )
        complete(&facts)
        return facts
    }

    /// Adds what is the same for all ways in which a container becomes known.
    private func complete(_ facts: inout ContainerIdentity.Facts) {
        if facts.name.isEmpty { facts.name = String(facts.id.prefix(12)) }
        facts.imageDigest = Self.digest(of: facts.image, among: digests[facts.imageID] ?? [])
        facts.engine = engine
        facts.labels = labels.shown(facts.labels)
    }

    /// `sha256:…` of `nginx@sha256:…`, of the repository that the container
    /// was started from when there are several.
    private static func digest(of image: String, among digests: [String]) -> String {
        func repository(_ reference: Substring) -> Substring {
            let path = reference.prefix { $0 != "@" }
            guard let colon = path.lastIndex(of: ":"), !path[colon...].contains("/") else {
                return path
            }
            return path[..<colon]
        }
        let own = digests.first { repository($0[...]) == repository(image[...]) }
        guard let chosen = own ?? digests.first, let at = chosen.firstIndex(of: "@") else {
            return ""
        }
        return String(chosen[chosen.index(after: at)...])
    }

    /// What an inspection throws that took too long.
    private static func late(_ task: String, _ client: DockerClient) -> DockerError {
        DockerError(
            .timedOut,
            "cannot \(task): no answer within \(patience)",
            endpoint: client.endpoint.description
        )
    }

    @discardableResult
    private func remember(_ identity: ContainerIdentity) -> ContainerIdentity {
        if let known = identities[identity.id], known.facts == identity.facts { return known }
        if identities.updateValue(identity, forKey: identity.id) == nil {
            order.append(identity.id)
        }
        if order.count > Self.limit { identities[order.removeFirst()] = nil }
        return identity
    }
}

extension DockerEvent {
    /// The labels of its container, which stand among the attributes.
    var containerLabels: [String: String] {
        let own: Set<String> = [
            "name", "image", "exitCode", "signal", "execID", "execDuration", "oldName",
        ]
        return attributes.filter { !own.contains($0.key) }
    }
}

extension ContainerIdentity {
    /// `web (0123456789ab)`, for people.
    var title: String { "\(name) (\(id.prefix(12)))" }
}
