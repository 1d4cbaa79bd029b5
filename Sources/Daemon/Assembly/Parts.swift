// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import Glibc
import Spool

/// The long-lived parts of an all-in-one, made and joined.
struct Parts: Sendable {
    let queue: EventQueue
    let spool: Spool
    let writing: SpoolWriting
    let metrics: PipelineMetrics
    let pipeline: AnalysisPipeline
    let board: StatusBoard
    let engines: EngineFleet
    private let watch: EngineWatch
    private let positions: PositionStore
    private let watcher: FileWatcher
    private let localFiles: LocalFileCollector
    private let localSources: LocalSources

    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ history: PipelineHistory,
        _ observer: AnalysisPipeline.Observer
    ) throws {
        let agent = AgentIdentity(id: "000", name: configuration.hostname)
        queue = EventQueue()
        metrics = PipelineMetrics()
        positions = try PositionStore(path: configuration.data.state + "/positions")
        spool = try Self.openSpool(configuration, history, positions.ledger)
        let feed = SpoolFeed(next: spool.nextSequence)
        writing = SpoolWriting(queue: queue, spool: spool, feed: feed, notice: observer.notice)
        pipeline = AnalysisPipeline(
            spool: spool,
            feed: feed,
            firstNew: history.firstNew,
            metrics,
            observer
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
        var watching = FileWatcher.Configuration()
        watching.ownFiles = OwnFiles(folder: configuration.data.path)
        watcher = try FileWatcher(
            configuration: watching,
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

    /// Opens the spool, and brings the positions up to what it holds.
    private static func openSpool(
        _ configuration: AllInOne.Configuration,
        _ history: PipelineHistory,
        _ ledger: PositionLedger
    ) throws -> Spool {
        var spool = Spool.Configuration(
            folder: configuration.data.spool,
            limitBytes: configuration.spoolLimit
        )
        spool.firstSequence = ledger.spooledBefore
        return try Spool(
            spool,
            acknowledged: history.firstNew,
            kept: min(
                history.memory,
                ReportPosition.read(configuration.data.reported) ?? .max
            )
        ) { sequence, checkpoint in
            // One that is not understood moves no position: its source is read again.
            ledger.restore(checkpoint, sequence: sequence)
        }
    }

    /// What of an earlier run's spool could not be read; nil for nothing.
    var spoolDamage: OperatorNotice? {
        let figures = spool.figures
        guard figures.damages > 0 || figures.foreignSegments > 0 else { return nil }
        return .spoolDamaged(records: figures.damages, foreignSegments: figures.foreignSegments)
    }

    /// Starts the threads that collect.
    func start() throws {
        try positions.start { [spool] in try spool.sync(before: $0) }
        try watch.inventories.start()
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
        watch.inventories.stop()
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
