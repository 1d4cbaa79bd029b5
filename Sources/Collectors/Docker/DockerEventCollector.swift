// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
package import EventModel

/// Collects an engine's events: the Docker listener.
///
/// A lost engine is looked for again without end, and then asked for what
/// happened meanwhile. The schedule says when the listener runs, and what
/// follows a failure that looking again does not mend.
/// Source: around-the-engine.md §1.
package struct DockerEventCollector: Sendable {
    package struct Configuration: Sendable {
        package var agent: AgentIdentity
        package var plan: ListenerSchedule.Plan
        /// Waits while no engine answers.
        package var backoff: Backoff
        /// How much may wait while the analysis is busy.
        package var buffer = EventBuffer.Limits.standard

        package init(agent: AgentIdentity, plan: ListenerSchedule.Plan, backoff: Backoff) {
            self.agent = agent
            self.plan = plan
            self.backoff = backoff
        }
    }

    /// Word for where events come from, as Wazuh's listener says it.
    package static let location = "Wazuh-Docker"

    let configuration: Configuration
    let engine: EngineAccess
    let directory: ContainerDirectory
    let queue: EventQueue
    let ledger: PositionLedger
    let board: StatusBoard
    let inventories: InventoryStore
    /// When Jaga began, nanoseconds since the epoch: what happened before a
    /// schedule's first start is asked for at that start.
    let began = LocalClock.nanoseconds()

    package init(
        configuration: Configuration,
        engine: EngineAccess,
        directory: ContainerDirectory,
        queue: EventQueue,
        ledger: PositionLedger,
        board: StatusBoard,
        inventories: InventoryStore
    ) {
        self.configuration = configuration
        self.engine = engine
        self.directory = directory
        self.queue = queue
        self.ledger = ledger
        self.board = board
        self.inventories = inventories
    }

    /// Runs as the schedule says, until the task is cancelled or the schedule
    /// gives up.
    package func run() async {
        var schedule = ListenerSchedule(configuration.plan)
        var clock = LocalClock()
        var action = schedule.begin(at: clock.now())
        var reason = "the schedule starts the docker listener later"
        while !Task.isCancelled {
            switch action {
            case .giveUp:
                report(.failed(reason: reason))
                return
            case .wait(let duration):
                report(.waiting(reason: reason, retrySeconds: duration.inSeconds))
                guard await pause(duration) else { return }
                fallthrough
            case .start:
                var session = DockerEventSession(self)
                let ending = await session.run()
                reason = session.failure
                action = schedule.ended(ending, at: clock.now(), random: .random(in: 0...1))
            }
        }
    }

    /// What the position in an engine's events is kept under.
    static func key(of client: DockerClient) -> SourceKey {
        SourceKey(kind: .dockerEvents, name: Array(client.endpoint.description.utf8))
    }

    func report(_ state: SourceStatus.State) {
        board.update(StatusName(.dockerEvents, engine.title)) { $0.state = state }
    }

    func count(_ change: (inout FramingCounts) -> Void) {
        board.update(StatusName(.dockerEvents, engine.title)) { change(&$0.counts) }
    }

    /// How far the events were read.
    func report(position: StreamPosition) {
        board.update(StatusName(.dockerEvents, engine.title)) {
            $0.lastRecord = position.nanoseconds
        }
    }
}

/// Waits; false when the task was cancelled meanwhile.
func pause(_ duration: Duration) async -> Bool {
    do {
        try await Task.sleep(for: duration)
        return true
    } catch {
        return false
    }
}

extension Duration {
    var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
