// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// Which containers' logs are followed, and how.
///
/// Belongs to the one loop of a ``ContainerLogCollector``.
struct FollowedContainers {
    /// An engine as far as it matters here.
    struct Engine {
        let client: DockerClient
        /// Where it keeps a folder for each container; nil when this process
        /// cannot read there.
        let folder: FilePath?
    }

    private enum Way {
        case file(FileTargetID)
        case stream(StatusName)
        /// Not to be read, or not to be read here.
        case none
    }

    private struct Followed {
        var identity: ContainerIdentity
        var way: Way
        var wasStarted: Bool
    }

    /// Of the latest event, less a little: events can be out of order.
    private(set) var latestEvent: EngineTime?

    private let collector: ContainerLogCollector
    private let streams: ContainerLogStreams
    private var containers: [String: Followed] = [:]
    /// Containers created before this moment were there before Jaga.
    private let startedAt = LocalClock.nanoseconds()
    private var hasPruned = false

    init(_ collector: ContainerLogCollector) {
        self.collector = collector
        streams = ContainerLogStreams(collector)
    }

    /// `3 containers`, for people.
    var title: String { containers.count == 1 ? "1 container" : "\(containers.count) containers" }

    /// Follows all that are there, and leaves those that are gone.
    mutating func reconcile(
        with list: [ContainerSummary],
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) async {
        let present = Set(list.map(\.id))
        for id in containers.keys where !present.contains(id) { await leave(id) }
        for summary in list where containers[summary.id] == nil {
            do {
                let details = try await collector.directory.inspect(
                    summary.id,
                    using: engine.client
                )
                follow(details, engine: engine, group: &group)
            } catch let error as DockerError where error.code == .notFound {
                // Gone since it was listed: its events say the rest.
            } catch {
                followUninspected(ContainerIdentity(listed: summary), engine, start: .end)
            }
        }
        for summary in list where summary.state == .running {
            restartStream(summary.id, engine: engine, group: &group)
        }
        if !hasPruned { forgetAbsent(present, engine: engine) }
        hasPruned = true
    }

    /// Takes note of what happened to a container.
    mutating func take(
        _ event: DockerEvent,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) async {
        let second: Int64 = 1_000_000_000
        latestEvent = EngineTime(
            nanoseconds: max(latestEvent?.nanoseconds ?? 0, event.time.nanoseconds - second)
        )
        switch event.action {
        case "create", "start", "restart":
            await appear(event, engine: engine, group: &group)
        case "rename":
            let identity = await collector.directory.identity(
                ofActorOf: event,
                using: engine.client
            )
            rename(event.actorID, to: identity)
        case "die":
            // Its last words may lack a newline, and none will come.
            if case .file(let target)? = containers[event.actorID]?.way {
                collector.watcher.send(.settle(target))
            }
        case "destroy": await leave(event.actorID)
        default: break
        }
    }

    // MARK: One container

    /// A container was created or started.
    ///
    /// Its file is watched for at once, before the engine is asked anything: a
    /// container may be gone again in the next moment.
    private mutating func appear(
        _ event: DockerEvent,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) async {
        let id = event.actorID
        guard !id.isEmpty else { return }
        let isNew = containers[id] == nil
        if isNew, event.action == "create", let folder = engine.folder {
            let identity = ContainerIdentity(attributesOf: event)
            if isWanted(identity) {
                follow(file: Self.logFile(of: id, in: folder), of: identity, start: .beginning)
            }
        }
        if event.action != "create" { containers[id]?.wasStarted = true }
        if isNew || event.action == "create" {
            do {
                let details = try await collector.directory.inspect(id, using: engine.client)
                follow(details, engine: engine, group: &group)
            } catch {
                followUninspected(
                    ContainerIdentity(attributesOf: event),
                    engine,
                    start: .beginning
                )
            }
        }
        if event.action != "create" {
            containers[id]?.wasStarted = true
            restartStream(id, engine: engine, group: &group)
        }
    }

    /// The container is gone already, or the engine hangs on it: what an event
    /// or the list says of it must do.
    private mutating func followUninspected(
        _ identity: ContainerIdentity,
        _ engine: Engine,
        start: FileTarget.Start
    ) {
        guard containers[identity.id] == nil, let folder = engine.folder, isWanted(identity) else {
            return
        }
        follow(file: Self.logFile(of: identity.id, in: folder), of: identity, start: start)
    }

    private mutating func follow(
        _ details: ContainerDetails,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) {
        let identity = details.identity
        let file = readableFile(details, engine: engine)
        if case .file(let target)? = containers[details.id]?.way {
            if file != nil || details.logDriver.isEmpty {
                replaceIdentity(details.id, identity)
                return
            }
            collector.watcher.send(.finish(target, .readElsewhere))
            containers[details.id] = nil
        }
        guard containers[details.id] == nil else { return }
        let wasStarted = details.startedAt != nil
        guard isWanted(identity), details.logDriver != "none" else {
            if details.logDriver == "none" { reportUnreadable(identity) }
            containers[details.id] = Followed(
                identity: identity,
                way: .none,
                wasStarted: wasStarted
            )
            return
        }
        if let file {
            follow(file: file, of: identity, start: start(of: details))
        } else {
            followStream(details, identity: identity, engine: engine, group: &group)
        }
        containers[details.id]?.wasStarted = wasStarted
    }

    private mutating func follow(
        file: FilePath,
        of identity: ContainerIdentity,
        start: FileTarget.Start
    ) {
        guard !collector.isClaimed(file) else {
            containers[identity.id] = Followed(identity: identity, way: .none, wasStarted: false)
            return
        }
        let target = FileTarget(
            id: collector.watcher.makeID(),
            path: file,
            source: source(identity),
            format: .dockerJSON,
            start: start,
            statusName: StatusName(.container, identity.title),
            announcesChanges: false
        )
        containers[identity.id] = Followed(
            identity: identity,
            way: .file(target.id),
            wasStarted: false
        )
        collector.watcher.send(.follow(target))
    }

    private mutating func followStream(
        _ details: ContainerDetails,
        identity: ContainerIdentity,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) {
        let name = StatusName(.container, identity.title)
        containers[details.id] = Followed(
            identity: identity,
            way: .stream(name),
            wasStarted: false
        )
        streams.follow(
            ContainerLogStreams.Target(
                client: engine.client,
                source: source(identity),
                containerID: details.id,
                framing: details.isTTY ? .raw : .multiplexed,
                statusName: name,
                startsAtEnd: start(of: details) == .end
            ),
            group: &group
        )
    }

    /// A stream ends with each stop of its container.
    private mutating func restartStream(
        _ id: String,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) {
        guard case .stream? = containers[id]?.way else { return }
        streams.wake(id, client: engine.client, group: &group)
    }

    private mutating func rename(_ id: String, to identity: ContainerIdentity) {
        replaceIdentity(id, identity)
        if case .stream? = containers[id]?.way { streams.replace(source(identity), of: id) }
    }

    private mutating func replaceIdentity(_ id: String, _ identity: ContainerIdentity) {
        containers[id]?.identity = identity
        guard case .file(let target)? = containers[id]?.way else { return }
        collector.watcher.send(.replaceSource(target, source(identity)))
    }

    private mutating func leave(_ id: String) async {
        guard let followed = containers.removeValue(forKey: id) else { return }
        switch followed.way {
        case .file(let target):
            let reason: FileWatcher.FinishReason =
                followed.wasStarted ? .removedAfterStart : .removedBeforeStart
            collector.watcher.send(.finish(target, reason))
        case .stream: streams.leave(id)
        case .none: collector.board.remove(StatusName(.container, followed.identity.title))
        }
    }

    // MARK: Decisions

    private func isWanted(_ identity: ContainerIdentity) -> Bool {
        let isDisabled = identity.labels.contains {
            $0.key == ContainerLogCollector.enableLabel && $0.value == "false"
        }
        return !isDisabled && identity.id != collector.configuration.ownContainerID
    }

    /// The container's `json-file`, if that is how it logs and this process can
    /// read it.
    ///
    /// It need not be there yet: the engine makes it at the start.
    private func readableFile(_ details: ContainerDetails, engine: Engine) -> FilePath? {
        guard details.logDriver == "json-file", let folder = engine.folder else { return nil }
        guard details.logPath.hasPrefix("/") else {
            return Self.logFile(of: details.id, in: folder)
        }
        let path = FilePath(details.logPath)
        return path.parent.isReadableFolder ? path : nil
    }

    /// Created before Jaga was first started: what it said until then is past.
    private func start(of details: ContainerDetails) -> FileTarget.Start {
        let since = collector.ledger.firstRun ?? startedAt
        guard let created = details.createdAt?.nanoseconds else { return .end }
        return created > since ? .beginning : .end
    }

    private func source(_ identity: ContainerIdentity) -> EventSource {
        EventSource(
            agent: collector.configuration.agent,
            location: "docker:" + identity.name,
            container: identity
        )
    }

    private static func logFile(of id: String, in folder: FilePath) -> FilePath {
        FilePath(bytes: folder.bytes + Array("/\(id)/\(id)-json.log".utf8))
    }

    private func reportUnreadable(_ identity: ContainerIdentity) {
        collector.board.update(StatusName(.container, identity.title)) {
            $0.state = .failed(reason: "its log driver is none: there is no log to read")
        }
    }

    /// Positions of containers that were removed while Jaga did not run.
    private func forgetAbsent(_ present: Set<String>, engine: Engine) {
        let folder = engine.folder.map { $0.bytes + [UInt8(ascii: "/")] }
        collector.ledger.forget { source in
            switch source.kind {
            case .containerLog:
                return !present.contains(String(decoding: source.name, as: UTF8.self))
            case .file:
                guard let folder, source.name.starts(with: folder) else { return false }
                let id = source.name.dropFirst(folder.count).prefix { $0 != UInt8(ascii: "/") }
                return !present.contains(String(decoding: id, as: UTF8.self))
            case .dockerEvents: return false
            }
        }
    }
}
