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

        package init(agent: AgentIdentity, backoff: Backoff, ownContainerID: String?) {
            self.agent = agent
            self.backoff = backoff
            self.ownContainerID = ownContainerID
        }
    }

    /// With the value `false` a container's log is not collected.
    package static let enableLabel = "jaga.enable"

    let configuration: Configuration
    let engines: EngineAccess
    let directory: ContainerDirectory
    let watcher: FileWatcher
    let queue: EventQueue
    let ledger: PositionLedger
    let board: StatusBoard
    /// Whether a file is collected by a `<localfile>` and so not here.
    let isClaimed: @Sendable (FilePath) -> Bool

    package init(
        configuration: Configuration,
        engines: EngineAccess,
        directory: ContainerDirectory,
        watcher: FileWatcher,
        queue: EventQueue,
        ledger: PositionLedger,
        isClaimed: @escaping @Sendable (FilePath) -> Bool
    ) {
        self.configuration = configuration
        self.engines = engines
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
        let client = try engines.client()
        let engine = try await client.ping()
        let folder = await containerFolder(client)
        // Events first: what is created while the list is on its way is in one
        // of the two, or in both.
        let events = try await client.events(since: containers.latestEvent)
        try await containers.reconcile(
            with: client.allContainers(),
            engine: FollowedContainers.Engine(client: client, folder: folder),
            group: &group
        )
        let title = "\(engine.title) at \(client.endpoint)"
        report(.connected("\(title), \(containers.title)"))
        for try await lines in events {
            backoff.reset()
            for case .event(let event) in lines where event.type == "container" {
                await containers.take(
                    event,
                    engine: FollowedContainers.Engine(client: client, folder: folder),
                    group: &group
                )
            }
        }
    }

    /// Where the engine keeps a folder for each container, if this process can
    /// look into it; nil when it is elsewhere, or not ours to read.
    private func containerFolder(_ client: DockerClient) async -> FilePath? {
        guard case .unix = client.endpoint.address else { return nil }
        // Not known is as good as not readable: then the engine is asked for
        // each log.
        guard let root = try? await client.storageFolder(), root.hasPrefix("/") else { return nil }
        let folder = FilePath(root + "/containers")
        return folder.isReadableFolder ? folder : nil
    }

    private func report(_ state: SourceStatus.State) {
        board.update(StatusName(.dockerLogs, "docker engine")) { $0.state = state }
    }
}
