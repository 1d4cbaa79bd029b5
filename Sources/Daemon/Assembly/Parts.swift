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
    let engines: EngineFleet
    private let watch: EngineWatch
    private let positions: PositionStore
    private let watcher: FileWatcher
    private let localFiles: LocalFileCollector

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
        let chosen = settings.containers.overlaid(by: configuration.containers)
        engines = EngineFleet(
            EngineFleet.Configuration(
                environment: DockerEnvironment(
                    variables: configuration.environment,
                    userID: configuration.userID
                ),
                engines: try chosen.endpoints(environment: configuration.environment),
                client: .standard
            )
        )
        positions = try PositionStore(path: configuration.data.state + "/positions")
        watcher = try FileWatcher(
            configuration: FileWatcher.Configuration(),
            queue: queue,
            ledger: positions.ledger,
            board: board
        )
        let files = LocalFileCollector(
            files: settings.localFiles.map(LocalFile.init(block:)),
            agent: agent
        )
        localFiles = files
        watch = EngineWatch(
            agent: agent,
            settings: chosen,
            plan: settings.dockerListener.plan,
            watcher: watcher,
            queue: queue,
            ledger: positions.ledger,
            board: board,
            inventories: InventoryStore(path: configuration.data.state + "/inventory"),
            isClaimed: { files.claims($0) }
        )
    }

    /// Collects from all engines, until the task is cancelled.
    func runEngines() async {
        await engines.run { await watch.run($0) }
    }

    /// Starts the threads that collect.
    func start() throws {
        try positions.start()
        try watch.inventories.start()
        try watcher.start()
        localFiles.start(on: watcher)
    }

    /// Ends the threads and saves positions.
    ///
    /// The queue is closed by now. It blocks.
    func stop() {
        watcher.stop()
        positions.stop()
        watch.inventories.stop()
    }
}

extension LocalFile {
    /// What a `<localfile>` says, as the collector takes it.
    fileprivate init(block: LocalFileBlock) {
        let format: LineFormat =
            switch block.format {
            case .lines: .lines
            case .json: .json
            case .multiLine(let count): .multiLine(count)
            }
        self.init(
            location: block.location,
            format: format,
            excludes: block.excludes,
            onlyFutureEvents: block.onlyFutureEvents
        )
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
