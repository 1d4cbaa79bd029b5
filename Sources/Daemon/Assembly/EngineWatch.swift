// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel

/// What is collected from each engine: its events and its containers' logs.
struct EngineWatch: Sendable {
    let agent: AgentIdentity
    let settings: ContainerSettings
    /// When events are listened to; nil for never.
    let plan: ListenerSchedule.Plan?
    let watcher: FileWatcher
    let queue: EventQueue
    let ledger: PositionLedger
    let board: StatusBoard
    let inventories: InventoryStore
    let posture: EnginePosture
    let isClaimed: @Sendable (FilePath) -> Bool

    /// Collects from one engine, until the task is cancelled.
    func run(_ engine: EngineAccess) async {
        let directory = ContainerDirectory(labels: settings.labelPolicy, of: engine)
        async let logs: Void = logs(engine, directory).run()
        async let posture: Void = posture.run(engine)
        if let plan { await events(engine, directory, plan).run() }
        await logs
        await posture
    }

    private func logs(
        _ engine: EngineAccess,
        _ directory: ContainerDirectory
    ) -> ContainerLogCollector {
        var configuration = ContainerLogCollector.Configuration(
            agent: agent,
            backoff: .standard,
            ownContainerID: OwnContainer.id()
        )
        configuration.selection = settings.selection
        return ContainerLogCollector(
            configuration: configuration,
            engine: engine,
            directory: directory,
            watcher: watcher,
            queue: queue,
            ledger: ledger,
            isClaimed: isClaimed
        )
    }

    private func events(
        _ engine: EngineAccess,
        _ directory: ContainerDirectory,
        _ plan: ListenerSchedule.Plan
    ) -> DockerEventCollector {
        DockerEventCollector(
            configuration: DockerEventCollector.Configuration(
                agent: agent,
                plan: plan,
                backoff: .standard
            ),
            engine: engine,
            directory: directory,
            queue: queue,
            ledger: ledger,
            board: board,
            inventories: inventories
        )
    }
}
