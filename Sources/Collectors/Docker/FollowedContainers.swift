// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// Which containers' logs are followed, and how.
///
/// Belongs to the one loop of a ``ContainerLogCollector``. It never waits for
/// the engine: what it wants to know of a container comes to it later.
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
        var hints: LogHints
    }

    /// A container that the engine was asked about.
    private struct Appearing {
        let subject: ContainerSelection.Subject
        let identity: ContainerIdentity
        /// Where to begin when the engine does not answer.
        let start: FileTarget.Start
        var wasStarted = false
    }

    /// Of the latest event, less a little: events can be out of order.
    private(set) var latestEvent: EngineTime?

    private let collector: ContainerLogCollector
    private let streams: ContainerLogStreams
    private var containers: [String: Followed] = [:]
    private var appearing: [String: Appearing] = [:]
    /// Containers created before this moment were there before Jaga.
    private let startedAt = LocalClock.nanoseconds()
    private var hasPruned = false

    init(_ collector: ContainerLogCollector) {
        self.collector = collector
        streams = ContainerLogStreams(collector)
    }

    /// `3 containers`, for people.
    var title: String {
        let count = Set(containers.keys).union(appearing.keys).count
        return count == 1 ? "1 container" : "\(count) containers"
    }

    /// Follows all that are there, and leaves those that are gone.
    mutating func reconcile(
        with list: [ContainerSummary],
        engine: Engine,
        _ inspections: inout ContainerInspections,
        group: inout DiscardingTaskGroup
    ) async {
        let present = Set(list.map(\.id))
        // Answers of an earlier connection do not come any more.
        appearing = [:]
        for id in containers.keys where !present.contains(id) { leave(id) }
        for summary in list where containers[summary.id] == nil {
            appearing[summary.id] = Appearing(
                subject: ContainerSelection.Subject(summary),
                identity: await collector.directory.identity(of: summary),
                start: .end
            )
            inspections.ask(summary.id)
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
        _ inspections: inout ContainerInspections,
        group: inout DiscardingTaskGroup
    ) async {
        let early = event.time.advanced(by: -1_000_000_000)
        latestEvent = max(latestEvent ?? early, early)
        let id = event.actorID
        switch event.action {
        case "create", "start", "restart":
            await appear(event, engine: engine, &inspections)
            guard event.action != "create" else { return }
            containers[id]?.wasStarted = true
            appearing[id]?.wasStarted = true
            restartStream(id, engine: engine, group: &group)
        case "rename": rename(id, to: await collector.directory.identity(ofActorOf: event))
        case "die":
            // Its last words may lack a newline, and none will come.
            if case .file(let target)? = containers[id]?.way {
                collector.watcher.send(.settle(target))
            }
        case "destroy":
            _ = await collector.directory.settle(event)
            appearing[id] = nil
            leave(id)
        default: break
        }
    }

    /// The engine answered what it was asked about a container.
    mutating func inspected(
        _ id: String,
        _ result: Result<ContainerDetails, any Error>,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) async {
        // It may be gone by now.
        guard let asked = appearing.removeValue(forKey: id) else { return }
        switch result {
        case .success(let details):
            let identity = await collector.directory.identity(of: details)
            follow(details, identity, engine: engine, group: &group)
        case .failure(let error):
            let isGone = (error as? DockerError)?.code == .notFound
            // Gone since it was listed: its events say the rest.
            if isGone, asked.start == .end { return }
            followUninspected(asked, engine)
        }
        if asked.wasStarted { containers[id]?.wasStarted = true }
    }

    // MARK: One container

    /// A container was created or started.
    ///
    /// Its file is watched for at once, before the engine is asked anything: a
    /// container may be gone again in the next moment.
    private mutating func appear(
        _ event: DockerEvent,
        engine: Engine,
        _ inspections: inout ContainerInspections
    ) async {
        let id = event.actorID
        guard containers[id] == nil || event.action == "create", appearing[id] == nil else {
            return
        }
        let subject = ContainerSelection.Subject(event)
        let identity = await collector.directory.identity(ofActorOf: event)
        if containers[id] == nil, event.action == "create", let folder = engine.folder,
            refusal(subject, id) == nil
        {
            let file = Self.logFile(of: id, in: folder)
            follow(file: file, of: identity, subject, start: .beginning)
        }
        appearing[id] = Appearing(subject: subject, identity: identity, start: .beginning)
        inspections.ask(id)
    }

    /// The container is gone already, or the engine hangs on it: what an event
    /// or the list says of it must do.
    private mutating func followUninspected(_ asked: Appearing, _ engine: Engine) {
        let id = asked.identity.id
        guard containers[id] == nil, let folder = engine.folder,
            refusal(asked.subject, id) == nil
        else { return }
        let file = Self.logFile(of: id, in: folder)
        follow(file: file, of: asked.identity, asked.subject, start: asked.start)
    }

    private mutating func follow(
        _ details: ContainerDetails,
        _ identity: ContainerIdentity,
        engine: Engine,
        group: inout DiscardingTaskGroup
    ) {
        let file = readableFile(details, engine: engine)
        if case .file(let target)? = containers[details.id]?.way {
            if file != nil || details.logDriver.isEmpty {
                replaceIdentity(details.id, identity)
                catchRotations(details)
                return
            }
            collector.watcher.send(.finish(target, .readElsewhere))
            containers[details.id] = nil
        }
        guard containers[details.id] == nil else { return }
        let subject = ContainerSelection.Subject(details)
        let none = "not read: its log driver is none, so there is no log"
        let driver = details.logDriver == "none" ? none : nil
        if let reason = refusal(subject, details.id) {
            pass(identity, subject, .ignored(reason: reason))
        } else if let driver {
            pass(identity, subject, .ignored(reason: driver))
        } else if let file {
            follow(file: file, of: identity, subject, start: start(of: details))
        } else {
            followStream(details, identity: identity, engine: engine, group: &group)
        }
        containers[details.id]?.wasStarted = details.startedAt != nil
        catchRotations(details)
    }

    /// Files that are full in a moment are gone in another.
    private func catchRotations(_ details: ContainerDetails) {
        guard let limit = details.logFileLimit, limit <= Self.quicklyFull,
            case .file(let target)? = containers[details.id]?.way
        else { return }
        collector.watcher.send(.catchRotations(target))
    }

    private static let quicklyFull: Int64 = 1 << 20

    /// The container is not read; the status page says why.
    private mutating func pass(
        _ identity: ContainerIdentity,
        _ subject: ContainerSelection.Subject,
        _ state: SourceStatus.State
    ) {
        collector.board.update(StatusName(.container, identity.title)) { $0.state = state }
        containers[identity.id] = Followed(
            identity: identity,
            way: .none,
            wasStarted: false,
            hints: LogHints(labels: subject.labels)
        )
    }

    private mutating func follow(
        file: FilePath,
        of identity: ContainerIdentity,
        _ subject: ContainerSelection.Subject,
        start: FileTarget.Start
    ) {
        guard !collector.isClaimed(file) else {
            pass(
                identity,
                subject,
                .ignored(reason: "not read: a <localfile> reads its log's file")
            )
            return
        }
        let hints = LogHints(labels: subject.labels)
        var target = FileTarget(
            id: collector.watcher.makeID(),
            path: file,
            source: source(identity, hints),
            format: .dockerJSON,
            start: start,
            statusName: StatusName(.container, identity.title),
            announcesChanges: false
        )
        target.options.multiline = hints.multilineRule
        containers[identity.id] = Followed(
            identity: identity,
            way: .file(target.id),
            wasStarted: false,
            hints: hints
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
        let hints = LogHints(labels: details.labels)
        containers[details.id] = Followed(
            identity: identity,
            way: .stream(name),
            wasStarted: false,
            hints: hints
        )
        streams.follow(
            ContainerLogStreams.Target(
                client: engine.client,
                source: source(identity, hints),
                containerID: details.id,
                engine: collector.engine.mark,
                driver: details.logDriver,
                framing: details.isTTY ? .raw : .multiplexed,
                statusName: name,
                multiline: hints.multilineRule,
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
        guard let followed = containers[id], case .stream = followed.way else { return }
        streams.replace(source(identity, followed.hints), of: id)
    }

    private mutating func replaceIdentity(_ id: String, _ identity: ContainerIdentity) {
        containers[id]?.identity = identity
        guard let followed = containers[id], case .file(let target) = followed.way else { return }
        collector.watcher.send(.replaceSource(target, source(identity, followed.hints)))
    }

    private mutating func leave(_ id: String) {
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

    /// Why a container is not read; nil when it is.
    private func refusal(_ subject: ContainerSelection.Subject, _ id: String) -> String? {
        if id == collector.configuration.ownContainerID {
            return "not read: Jaga itself runs in it"
        }
        return collector.configuration.selection.refusal(of: subject)
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

    private func source(_ identity: ContainerIdentity, _ hints: LogHints) -> EventSource {
        EventSource(
            agent: collector.configuration.agent,
            location: "docker:" + identity.name,
            container: identity,
            programName: Array((hints.parser ?? "").utf8)
        )
    }

    private static func logFile(of id: String, in folder: FilePath) -> FilePath {
        FilePath(bytes: folder.bytes + Array("/\(id)/\(id)-json.log".utf8))
    }

    /// Positions of containers that were removed while Jaga did not run.
    private func forgetAbsent(_ present: Set<String>, engine: Engine) {
        let folder = engine.folder.map { $0.bytes + [UInt8(ascii: "/")] }
        let mark = collector.engine.mark
        collector.ledger.forget { source in
            switch source.kind {
            case .containerLog:
                let key = ContainerLogStreams.Key(source.name)
                return key.engine == mark && !present.contains(key.containerID)
            case .file:
                guard let folder, source.name.starts(with: folder) else { return false }
                let id = source.name.dropFirst(folder.count).prefix { $0 != UInt8(ascii: "/") }
                return !present.contains(String(decoding: id, as: UTF8.self))
            case .dockerEvents, .journal, .agent: return false
            }
        }
    }
}
