// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
package import EventModel

/// Collects the logs of all containers of an engine, without being told of
/// any.
///
/// A container that runs when Jaga starts for the first time is read from
/// there on; one that is created later from its first byte; after a restart of
/// Jaga each is read on from where it was.
package struct ContainerLogCollector: Sendable {
    package struct Configuration: Sendable {
        package var agent: AgentIdentity
        /// Waits while no engine answers.
        package var backoff: Backoff
        /// The container that Jaga itself runs in, which is left out; nil when
        /// it runs in none.
        package var ownContainerID: String?
        /// Which containers are read.
        package var selection = ContainerSelection()

        package init(agent: AgentIdentity, backoff: Backoff, ownContainerID: String?) {
            self.agent = agent
            self.backoff = backoff
            self.ownContainerID = ownContainerID
        }
    }

    let configuration: Configuration
    let engine: EngineAccess
    let directory: ContainerDirectory
    let watcher: FileWatcher
    let queue: EventQueue
    let ledger: PositionLedger
    let board: StatusBoard
    /// Whether a file is collected by a `<localfile>` and so not here.
    let isClaimed: @Sendable (FilePath) -> Bool

    package init(
        configuration: Configuration,
        engine: EngineAccess,
        directory: ContainerDirectory,
        watcher: FileWatcher,
        queue: EventQueue,
        ledger: PositionLedger,
        isClaimed: @escaping @Sendable (FilePath) -> Bool
    ) {
        self.configuration = configuration
        self.engine = engine
        self.directory = directory
        self.watcher = watcher
        self.queue = queue
        self.ledger = ledger
        self.isClaimed = isClaimed
        board = watcher.board
    }

    /// Runs until the task is cancelled, looking for the engine again whenever
    /// it is lost.
    package func run() async {
        var backoff = configuration.backoff
        await withDiscardingTaskGroup { group in
            var containers = FollowedContainers(self)
            while !Task.isCancelled {
                var reason = "the engine ended the stream of events"
                do {
                    try await watch(&containers, group: &group, backoff: &backoff)
                } catch {
                    reason = "\(error)"
                }
                if Task.isCancelled { break }
                let wait = backoff.next(random: .random(in: 0...1))
                report(.waiting(reason: reason, retrySeconds: wait.inSeconds))
                guard await pause(wait) else { break }
            }
            group.cancelAll()
        }
    }

    /// One connection, from its beginning to its end.
    private func watch(
        _ containers: inout FollowedContainers,
        group: inout DiscardingTaskGroup,
        backoff: inout Backoff
    ) async throws {
        let client = try engine.client()
        let version = try await client.ping()
        let place = FollowedContainers.Engine(
            client: client,
            folder: await containerFolder(client)
        )
        // Events first: what is created while the list is on its way is in one
        // of the two, or in both.
        let events = try await client.events(since: containers.latestEvent)
        let list = try await client.allContainers()
        let inbox = ContainerInbox()
        try await withThrowingTaskGroup(of: Void.self) { inner in
            inner.addTask {
                do {
                    for try await lines in events { inbox.put(lines) }
                    inbox.put(.ended(nil))
                } catch {
                    inbox.put(.ended(error))
                }
            }
            defer { inner.cancelAll() }
            var inspections = ContainerInspections(client, directory, inbox)
            await containers.reconcile(with: list, engine: place, &inspections, group: &group)
            inspections.proceed(&inner)
            report(.connected("\(version.title) at \(client.endpoint), \(containers.title)"))
            while true {
                for input in await inbox.take() {
                    switch input {
                    case .event(let event):
                        backoff.reset()
                        await containers.take(event, engine: place, &inspections, group: &group)
                    case .inspected(let id, let result):
                        inspections.ended()
                        await containers.inspected(id, result, engine: place, group: &group)
                    case .overflow:
                        let list = try await client.allContainers()
                        await containers.reconcile(
                            with: list,
                            engine: place,
                            &inspections,
                            group: &group
                        )
                    case .ended(let error):
                        if let error { throw error }
                        return
                    }
                }
                inspections.proceed(&inner)
            }
        }
    }

    /// Where the engine keeps a folder for each container, if this process can
    /// look into it; nil when it is elsewhere, or not ours to read.
    private func containerFolder(_ client: DockerClient) async -> FilePath? {
        guard engine.readsFiles, case .unix = client.endpoint.address else { return nil }
        // Not known is as good as not readable: then the engine is asked for
        // each log.
        guard let root = try? await client.storageFolder(), root.hasPrefix("/") else { return nil }
        let folder = FilePath(root + "/containers")
        return folder.isReadableFolder ? folder : nil
    }

    private func report(_ state: SourceStatus.State) {
        board.update(StatusName(.dockerLogs, engine.title)) { $0.state = state }
    }
}
