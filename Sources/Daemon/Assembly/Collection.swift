// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel

/// The half of Jaga that collects: engines, files, commands, the journal; events go into a
/// queue.
struct Collection: Sendable {
    let queue: EventQueue
    let board: StatusBoard
    let engines: EngineFleet
    let positions: PositionStore
    let posture: EnginePosture
    private let watch: EngineWatch
    private let watcher: FileWatcher
    private let localFiles: LocalFileCollector
    private let localSources: LocalSources
    private let collectsEngines: Bool

    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ positions: PositionStore,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) throws {
        var identity = AgentIdentity(id: "000", name: configuration.hostname)
        identity.labels = settings.client.shownLabels
        let agent = identity
        self.positions = positions
        collectsEngines = configuration.collectsEngines
        queue = EventQueue()
        let notices = SourceNotices(notice)
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
        posture = EnginePosture(
            settings.posture.overlaid(by: configuration.environment),
            agent: agent,
            queue: queue,
            folder: configuration.data.state
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
            posture: posture,
            isClaimed: { files.claims($0) }
        )
    }

    /// Collects from all engines, until the task is cancelled; at once over when none is to
    /// be watched.
    func runEngines() async {
        guard collectsEngines else { return }
        await engines.run { await watch.run($0) }
    }

    /// Starts the threads that collect; `sync` makes sure of the spool before a sequence.
    func start(sync: @escaping @Sendable (UInt64) throws -> Void) throws {
        try positions.start(prepare: sync)
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
