// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Spool
import Synchronization
import Transport

/// Reports what this host collects to a Wazuh manager, as its agent: `<client>`.
///
/// It reads the spool beside the analysis, so that a manager that is away costs nothing but
/// room there; how far the manager is known to have everything is kept in a file.
final class Reporter: Sendable {
    /// What went to the manager, and what did not.
    struct Counts: Sendable {
        /// Sequences whose events were gone before they could be reported.
        var lost = 0
        /// Active responses that the manager asked for.
        var responses = 0
        /// Of these, those that came while too many waited.
        var lostResponses = 0
    }

    /// Responses that wait to be carried out.
    private static let orderLimit = 256

    /// Agents that are newer than their manager are refused: this is the first version from
    /// which on responses are JSON, and all managers after it take it.
    private static let wazuhVersion = "v4.2.5"
    private static let poll = Duration.milliseconds(100)
    private static let saveInterval = Duration.seconds(1)
    private static let retryInterval = Duration.seconds(10)

    /// Who else works on the spool.
    enum Place: Sendable {
        /// Somebody else says what is done; of what is done, as much is kept for the manager
        /// as there is room for.
        case beside
        /// Nobody: what the manager has is done, and a full spool makes sources wait.
        case alone(SpoolFeed)
    }

    let agent: WazuhAgent
    let servers: [ClientSettings.Server]
    /// Responses that the manager asks for, as it wrote them.
    let orders: AsyncStream<[UInt8]>
    private let order: AsyncStream<[UInt8]>.Continuation
    private let position: ReportPosition
    private let events: ReportedSpool
    private let isAlone: Bool
    private let alarm: Mutex<BufferAlarm>
    private let uptime: @Sendable () -> Int64 = HostTime.system().uptime
    private let counted = Mutex(Counts())
    private let notice: @Sendable (OperatorNotice) -> Void

    /// Nil when the settings name no manager; it blocks for some small files.
    init?(
        _ configuration: AllInOne.Configuration,
        _ settings: ClientSettings,
        _ spool: Spool,
        _ place: Place = .beside,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        guard !settings.servers.isEmpty else { return nil }
        servers = settings.servers
        (orders, order) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.orderLimit)
        )
        self.notice = notice
        agent = WazuhAgent(
            ReporterSetup(configuration, settings, notice).client(version: Self.wazuhVersion)
        )
        var feed: SpoolFeed?
        if case .alone(let its) = place { feed = its }
        isAlone = feed != nil
        let first = feed == nil ? spool.nextSequence : spool.acknowledgedBefore
        position = ReportPosition(path: configuration.data.reported, first: first)
        events = ReportedSpool(spool, feed, from: position.next, agentID: "000")
        alarm = Mutex(BufferAlarm(size: settings.queueSize))
        if !isAlone { counted.withLock { $0.lost = events.hold(from: position.next) } }
    }

    var counts: Counts { counted.withLock { $0 } }
    /// Sequences that no manager is known to have.
    var waiting: Int { events.waiting(from: position.next) }

    /// Reports until the task is cancelled; what fails is tried again and said once.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await self.connect() }
            group.addTask { await self.feed() }
            group.addTask { await self.keepPosition() }
        }
        await save()
    }

    private func connect() async {
        var said = ""
        while !Task.isCancelled {
            do {
                try await agent.run(
                    receive: { [self] command in receive(command) },
                    answer: { target, payload in Self.answer(target, payload) }
                )
            } catch {
                if "\(error)" != said { notice(.maintenanceFailed("\(error)")) }
                said = "\(error)"
                // Cancellation ends the wait, and the loop with it.
                try? await Task.sleep(for: Self.retryInterval)
            }
        }
    }

    /// Hands over what the spool has, in order.
    private func feed() async {
        var said = ""
        while !Task.isCancelled {
            guard events.hasMore else {
                // Cancellation ends the wait, and the loop with it.
                try? await Task.sleep(for: Self.poll)
                continue
            }
            do {
                for portion in try await events.read() {
                    guard await deliver(portion) else { return }
                }
            } catch {
                if "\(error)" != said { notice(.maintenanceFailed("\(error)")) }
                said = "\(error)"
                // Cancellation ends the wait, and the loop with it.
                try? await Task.sleep(for: Self.saveInterval)
            }
        }
    }

    private func deliver(_ portion: ReportedSpool.Portion) async -> Bool {
        guard !portion.batch.isEmpty else {
            // Nothing to report; the next event's acknowledgement says that it is done.
            let isDone = agent.hasDeliveredAll
            position.advance(to: isDone ? portion.end : 0, events: portion.events)
            return true
        }
        return await agent.deliver(portion.batch) { [position] in
            position.advance(to: portion.end, events: portion.events)
        }
    }

    /// Every second: the file, what the spool must keep, and whether too much waits.
    private func keepPosition() async {
        while !Task.isCancelled {
            await save()
            if isAlone { settle() } else { hold() }
            let (waiting, now) = (waiting, uptime())
            let text = alarm.withLock { $0.update(waiting: waiting, uptime: now) }
            if let text { _ = await agent.deliver(Self.told(text)) {} }
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.saveInterval)
        }
    }

    private func settle() {
        let (next, events) = position.progress()
        self.events.settle(before: next, events: events)
    }

    private func hold() {
        let lost = events.hold(from: position.next)
        guard lost > 0 else { return }
        let isFirst = counted.withLock { counts in
            defer { counts.lost += lost }
            return counts.lost == 0
        }
        if isFirst {
            notice(
                .maintenanceFailed(
                    "the spool has no room for all that the manager lacks, the oldest goes:"
                        + " give it more with --spool-limit"
                )
            )
        }
        position.advance(to: position.next + UInt64(lost), events: 0)
    }

    private func save() async {
        let outcome = Outcome()
        do {
            try await DedicatedThread.run("report") { [position] in
                do { try position.save() } catch { outcome.set("\(error)") }
            }
        } catch {
            outcome.set("\(error)")
        }
        if let failure = outcome.value { notice(.maintenanceFailed(failure)) }
    }

    private static func told(_ text: String) -> EventBatch {
        var batch = EventBatch()
        let source = EventSource(
            agent: AgentIdentity(id: "000", name: ""),
            location: "wazuh-agent"
        )
        batch.append(Array(text.utf8), from: source, at: HostClock.now())
        return batch
    }

    private func receive(_ command: ManagerCommand) {
        guard case .respond(let json) = command else { return }
        let result = order.yield(json)
        counted.withLock { counts in
            counts.responses += 1
            if case .dropped = result { counts.lostResponses += 1 }
        }
    }

    /// What modules of an agent say that do not tell of themselves.
    ///
    /// Source: around-the-engine.md §5.10.
    private static func answer(_ target: String, _ payload: [UInt8]) -> [UInt8] {
        let isQuestion = payload.starts(with: Array("getconfig".utf8))
        return Array(
            (isQuestion ? "err Could not get requested section" : "err Unrecognized command").utf8
        )
    }
}
