// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import NIOCore
import NIOPosix
import Synchronization

/// A manager for Wazuh 4 agents.
///
/// ```
/// 1515 TLS  ─► EnrolmentConnection ─► AgentRegistrar ─► client.keys
/// 1514 TCP  ─► AgentConnection ┐                       ┌─► AgentDirectory (states)
/// 1514 UDP  ─► AgentDatagrams  ┴─► ManagerDesk ────────┼─► SharedFiles, requests
///                                                      └─► AgentInbox ─► the sink
/// ```
package final class WazuhManager: Sendable {
    /// Where it listens.
    package struct Addresses: Sendable, Hashable {
        package var streamPort: Int?
        package var datagramPort: Int?
        package var enrolmentPort: Int?
    }

    /// Takes events; the second value is called when they are kept.
    package typealias Sink = @Sendable (EventBatch, @escaping @Sendable () -> Void) async -> Void

    /// How often files are looked at.
    private static let reloadInterval = Duration.seconds(10)
    /// How long the end waits for a sink that takes nothing.
    private static let drainLimit = Duration.seconds(5)
    /// How often agents are looked at.
    private static let sweepInterval = Duration.seconds(5)

    let configuration: ManagerConfiguration
    package let directory: AgentDirectory
    package let tally = Tally()
    private let inbox: AgentInbox
    let shared: SharedFiles
    let registrar: AgentRegistrar
    let work = BlockingQueue()
    let enrolling = EnrolmentQueue()
    let desk = Mutex<ManagerDesk?>(nil)

    package init(_ configuration: ManagerConfiguration) {
        self.configuration = configuration
        directory = AgentDirectory(periods: configuration.periods, time: configuration.time)
        inbox = AgentInbox(limit: configuration.limits.waitingBytes)
        shared = SharedFiles(folder: configuration.files.shared)
        registrar = AgentRegistrar(configuration.files, directory, tally)
    }

    /// Serves until the task is cancelled; once.
    ///
    /// `sink` takes events, one batch after the other, and calls what it is given when they
    /// outlast a crash, which keep-alives wait for; as long as it does not return, agents
    /// wait. `report` is told of damaged lines in `client.keys`.
    /// - Throws: ``TransportError`` `cannotListen`, `tls`, `keyFile`.
    package func run(
        sink: @escaping Sink,
        report: @escaping @Sendable (Diagnostic) -> Void,
        listening: @escaping @Sendable (Addresses) -> Void
    ) async throws {
        do {
            try await serve(sink, report, listening)
        } catch {
            await work.end()
            throw error
        }
        await work.end()
    }

    private func serve(
        _ sink: @escaping Sink,
        _ report: @escaping @Sendable (Diagnostic) -> Void,
        _ listening: @escaping @Sendable (Addresses) -> Void
    ) async throws {
        let sent = try await prepare(report)
        let desk = ManagerDesk(
            directory,
            ManagerDesk.Policy(
                managerName: configuration.name,
                managerVersion: configuration.version,
                allowsHigherVersions: configuration.allowsHigherVersions,
                checksCounters: configuration.checksCounters,
                tellsFirstReports: configuration.tellsFirstReports
            ),
            files: configuration.files,
            tally: tally,
            parts: (inbox, shared, work, sent)
        )
        self.desk.withLock { $0 = desk }
        let sockets = try await ManagerSockets(configuration, desk) { [self] line, address in
            await enrol(line, from: address)
        }
        listening(sockets.addresses)
        // Not cancelled with this task: agents do not send again what is taken here.
        let draining = Task { await drain(to: sink) }
        await withTaskCancellationHandler {
            await keepHouse(desk, report)
        } onCancel: {
            sockets.close()
        }
        await sockets.closed()
        desk.requests.close()
        await writeCounters(sent)
        await end(draining)
    }

    /// Lets the sink take what waits, for a while.
    private func end(_ draining: Task<Void, Never>) async {
        inbox.close()
        let limit = Task {
            try await Task.sleep(for: Self.drainLimit)
            draining.cancel()
        }
        await draining.value
        limit.cancel()
    }

    private func prepare(
        _ report: @escaping @Sendable (Diagnostic) -> Void
    ) async throws -> SenderCounter {
        let (files, enrolment) = (configuration.files, configuration.enrolment)
        let (name, seconds) = (configuration.name, configuration.time.now().seconds)
        return try await work.run { [registrar] in
            try files.prepare()
            try enrolment.map { try EnrolmentCertificate($0, name: name).prepare(at: seconds) }
            try registrar.reload().forEach(report)
            return try SenderCounter(
                file: CounterFile(path: files.counters + "/sender_counter")
            )
        }
    }

    private func drain(to sink: Sink) async {
        while let items = await inbox.next() {
            for item in items { await sink(item.batch, item.kept) }
            inbox.done(items)
        }
    }

    /// Looks at agents and files again and again.
    private func keepHouse(
        _ desk: ManagerDesk,
        _ report: @escaping @Sendable (Diagnostic) -> Void
    ) async {
        var untilReload = Duration.zero
        var told = 0
        while !Task.isCancelled {
            for agent in directory.sweep() {
                let address = agent.address.isEmpty ? "any" : agent.address
                desk.tell(
                    "ossec: Agent disconnected: '\(agent.name)-\(address)'.",
                    at: "wazuh-monitord"
                )
            }
            if untilReload <= .zero {
                untilReload = Self.reloadInterval
                told = tellLost(desk, since: told)
                await reload(report)
            }
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.sweepInterval)
            untilReload -= Self.sweepInterval
        }
    }

    /// Makes an event of datagrams that came while too much waited; gives how many there
    /// were.
    ///
    /// Source: around-the-engine.md §5.15.
    private func tellLost(_ desk: ManagerDesk, since told: Int) -> Int {
        let lost = tally[.lostDatagrams]
        if lost > told {
            desk.tell(
                "wazuh: \(lost - told) messages of agents were dropped: too many came by UDP.",
                at: "wazuh-remoted"
            )
        }
        return lost
    }

    /// Reads changed files now, which happens by itself every ten seconds.
    package func reload(_ report: @escaping @Sendable (Diagnostic) -> Void) async {
        // Fails only at the end, or when the keys cannot be read: the old ones stay.
        try? await work.run { [registrar, shared] in
            shared.rescan()
            try registrar.reload().forEach(report)
        }
    }

    private func writeCounters(_ sent: SenderCounter) async {
        let (files, counters) = (configuration.files, directory.counters)
        // What cannot be written is ahead on disk already, or not checked.
        try? await work.run {
            for (id, counter) in counters {
                try CounterFile(path: "\(files.counters)/\(id)").write(counter)
            }
            try sent.close()
        }
    }
}
