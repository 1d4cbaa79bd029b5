// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import Glibc

/// The long-lived parts of an all-in-one, made and joined.
struct Parts: Sendable {
    let queue: EventQueue
    let metrics: PipelineMetrics
    let pipeline: AnalysisPipeline
    let board: StatusBoard
    let engines: EngineAccess
    let containerLogs: ContainerLogCollector
    /// Nil when the configuration turns the listener off.
    let dockerEvents: DockerEventCollector?
    private let positions: PositionStore
    private let watcher: FileWatcher
    private let localFiles: LocalFileCollector
    private let localSources: LocalSources

    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ observer: AnalysisPipeline.Observer
    ) throws {
        let agent = AgentIdentity(id: "000", name: configuration.hostname)
        queue = EventQueue()
        metrics = PipelineMetrics()
        pipeline = AnalysisPipeline(
            queue: queue,
            metrics: metrics,
            observer: observer
        )
        let notices = SourceNotices(observer.notice)
        board = StatusBoard { notices.changed($0) }
        engines = EngineAccess(
            environment: DockerEnvironment(
                variables: configuration.environment,
                userID: configuration.userID
            ),
            configuration: .standard
        )
        positions = try PositionStore(path: configuration.data.state + "/positions")
        watcher = try FileWatcher(
            configuration: FileWatcher.Configuration(),
            queue: queue,
            ledger: positions.ledger,
            board: board
        )
        let files = LocalFileCollector(
            files: settings.localFiles.compactMap { LocalFile(block: $0) },
            agent: agent
        )
        localFiles = files
        localSources = try LocalSources(
            settings.localFiles,
            environment: configuration.environment,
            agent: agent,
            queue: queue,
            ledger: positions.ledger,
            board: board
        )
        let directory = ContainerDirectory()
        containerLogs = ContainerLogCollector(
            configuration: ContainerLogCollector.Configuration(
                agent: agent,
                backoff: .standard,
                ownContainerID: OwnContainer.id()
            ),
            engines: engines,
            directory: directory,
            watcher: watcher,
            queue: queue,
            ledger: positions.ledger,
            isClaimed: { files.claims($0) }
        )
        guard let plan = settings.dockerListener.plan else {
            dockerEvents = nil
            return
        }
        dockerEvents = DockerEventCollector(
            configuration: DockerEventCollector.Configuration(
                agent: agent,
                plan: plan,
                backoff: .standard
            ),
            engines: engines,
            directory: directory,
            queue: queue,
            ledger: positions.ledger,
            board: board
        )
    }

    /// Starts the threads that collect.
    func start() throws {
        try positions.start()
        try watcher.start()
        localFiles.start(on: watcher)
        try localSources.start()
    }

    /// Ends the threads and saves positions.
    ///
    /// The queue is closed by now. It blocks.
    func stop() {
        watcher.stop()
        localSources.stop()
        positions.stop()
    }
}

extension Settings.DockerListener {
    /// The schedule that the settings ask for; nil for none.
    fileprivate var plan: ListenerSchedule.Plan? {
        switch self {
        case .automatic: return .always(.standard)
        case .off: return nil
        case .block(let block):
            var plan = ListenerSchedule.Block(
                intervalSeconds: block.intervalSeconds,
                intervalMonths: block.intervalMonths,
                attempts: block.attempts,
                runsOnStart: block.runsOnStart
            )
            plan.day = block.day
            plan.weekday = block.weekday
            plan.minuteOfDay = block.minuteOfDay
            return .block(plan)
        }
    }
}

/// The container that Jaga itself runs in.
enum OwnContainer {
    /// Its 64 digits, from the mounts that an engine gives each container
    /// (`…/containers/ID/resolv.conf`); nil outside of a container.
    static func id() -> String? {
        // Without /proc nothing is known, which is as good as no container.
        guard let bytes = try? FileSystem.contents(of: "/proc/self/mountinfo", limit: 1 << 20)
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(separator: "\n") where line.contains("/etc/resolv.conf") {
            let parts = line.split(whereSeparator: { $0 == "/" || $0 == " " })
            for (part, next) in zip(parts, parts.dropFirst()) where part == "containers" {
                if next.utf8.count == 64, next.allSatisfy(\.isHexDigit) { return String(next) }
            }
        }
        return nil
    }
}
