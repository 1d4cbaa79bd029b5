// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Decides on alerts, writes down, acts, and undoes when it is time.
///
/// ```
/// alerts ─► decide (state) ─► workers: prepare ─► journal ─► act ─► journal ─► audit event
/// clock  ─► due (state)    ─►          undo ─► journal ─► audit event
/// ```
/// Acts on one target follow each other on one worker.
package final class Responder: Sendable {
    /// What it needs from outside.
    package struct Surroundings: Sendable {
        /// Who acts on an agent's host; nil when nobody can.
        package var performer: @Sendable (String) -> (any ActPerformer)?
        /// Agents that are connected.
        package var agents: @Sendable () -> [String] = { [] }
        package var requests: RequestFolder
        /// Nanoseconds since the epoch.
        package var now: @Sendable () -> Int64
        /// Told of everything that happened.
        package var audit: @Sendable (AuditRecord) async -> Void

        package init(
            performer: @escaping @Sendable (String) -> (any ActPerformer)?,
            requests: RequestFolder,
            now: @escaping @Sendable () -> Int64,
            audit: @escaping @Sendable (AuditRecord) async -> Void
        ) {
            self.performer = performer
            self.requests = requests
            self.now = now
            self.audit = audit
        }
    }

    /// Where the word of how a job ended goes to, when somebody waits for it.
    typealias Reply = AsyncStream<AuditRecord>.Continuation

    enum Job: Sendable {
        case act(PlannedAct, Reply?)
        /// One that an earlier run was cut off in.
        case resume(StandingAct)
        case renew(StandingAct)
        case undo(StandingAct, Reply?)
    }

    private static let workers = 4
    private static let queueLimit = 256
    private static let tick = Duration.seconds(1)

    package let intake: AlertIntake
    let journal: ResponseJournal
    let surroundings: Surroundings
    let state: Mutex<ResponseState>
    private let queues: [(AsyncStream<Job>, AsyncStream<Job>.Continuation)]
    private let commands: Mutex<[String: ResponseCommand]>
    private let disk = BlockingWork.serial("journal")

    /// Goes on with what the journal says that stands.
    package init(
        _ settings: ResponseSettings,
        commands: [ResponseCommand],
        journal: ResponseJournal,
        _ surroundings: Surroundings
    ) {
        let history = journal.history
        self.journal = journal
        self.surroundings = surroundings
        self.commands = Mutex(Self.byName(commands))
        intake = AlertIntake(settings)
        state = Mutex(
            ResponseState(settings, standing: history.standing, nextID: history.nextID)
        )
        queues = (0..<Self.workers).map { _ in
            AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.queueLimit))
        }
    }

    /// Takes over settings that were read again; what stands goes on standing.
    package func replace(_ settings: ResponseSettings, commands: [ResponseCommand]) {
        self.commands.withLock { $0 = Self.byName(commands) }
        state.withLock { $0.settings = settings }
        intake.replace(settings)
    }

    private static func byName(_ commands: [ResponseCommand]) -> [String: ResponseCommand] {
        Dictionary(commands.map { ($0.name, $0) }) { $1 }
    }

    /// A `<command>` by its name, or a built-in act.
    func command(_ name: String) -> ResponseCommand {
        commands.withLock { $0[name] } ?? ResponseCommand(name: name, executable: name)
    }

    /// Works until the task is cancelled; what stands then goes on standing.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for (jobs, _) in queues {
                group.addTask { [self] in for await job in jobs { await work(job) } }
            }
            await resume()
            group.addTask { [self] in
                for await batch in intake.batches {
                    for candidate in batch { await decide(candidate) }
                    intake.done(with: batch)
                }
            }
            // Cancellation ends the wait, and the loop with it.
            while (try? await Task.sleep(for: Self.tick)) != nil { await look() }
            intake.finish()
            for (_, jobs) in queues { jobs.finish() }
        }
    }

    private func decide(_ candidate: AlertIntake.Candidate) async {
        guard let alert = ResponseAlert(json: candidate.json, container: candidate.container)
        else { return }
        let now = surroundings.now()
        let agents = surroundings.agents()
        await follow(state.withLock { $0.received(alert, agents: agents, at: now) }, nil)
    }

    func follow(_ decisions: [ResponseDecision], _ reply: Reply?) async {
        for decision in decisions {
            switch decision {
            case .perform(let act), .say(let act): await put(.act(act, reply), act)
            case .renew(let act): await put(.renew(act), act.act)
            case .refused(let act, let reason): tell(reply, await report(.refused, act, reason))
            case .breakerOpened(let response, let limit, let seconds):
                let who = response.isEmpty ? "all responses" : "response \(response)"
                let text =
                    "more than \(limit) acts in a minute: \(who) does nothing for \(seconds) s"
                await report(.breakerOpened, nil, text)
            case .breakerClosed(let response, let suppressed):
                let who = response.isEmpty ? "all responses" : "response \(response)"
                let text = "\(who) acts again; \(suppressed) acts were not done"
                await report(.breakerClosed, nil, text)
            }
        }
    }

    func put(_ job: Job, _ act: PlannedAct) async {
        let number = act.target.text.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        guard case .dropped = queues[number % queues.count].1.yield(job) else { return }
        switch job {
        case .act(let act, let reply):
            state.withLock { $0.ended(act.id) }
            tell(reply, await report(.failed, act, "too many acts wait"))
        case .undo(let act, _), .resume(let act): state.withLock { $0.release(act.act.id) }
        // The journal says sooner, and the next alert renews it again.
        case .renew: break
        }
    }

    /// What happens with time: undoing, breakers, what the command line asks.
    private func look() async {
        let now = surroundings.now()
        let (due, closed) = state.withLock { ($0.takeDue(at: now), $0.closeBreakers(at: now)) }
        for act in due { await put(.undo(act, nil), act.act) }
        await follow(closed, nil)
        let requests = surroundings.requests
        for request in (try? await disk.run { requests.take() }) ?? [] { await obey(request, now) }
        let lost = intake.takeLost()
        if lost > 0 { await report(.overrun, nil, "\(lost) alerts led to nothing, too many came") }
    }

    private func obey(_ request: RequestFolder.Request, _ now: Int64) async {
        switch request {
        case .undo(let id, let user): await beginUndo(id, by: "shell:" + user, nil)
        case .run(let target, let asked):
            var order = HandOrder(
                act: asked.command,
                target: target,
                mode: asked.mode,
                by: "shell:" + asked.by
            )
            // What a file says is not to overflow.
            order.seconds = asked.seconds.map { min(max($0, 0), 31_536_000) }
            await begin(order, nil)
        }
    }

    /// Takes up what an earlier run began and did not see to its end.
    private func resume() async {
        let now = surroundings.now()
        for act in state.withLock({ $0.standingActs }) where !act.isConfirmed {
            // One whose time is over is undone at once, done or not.
            if let end = act.act.expiresAt, end <= now { continue }
            await put(.resume(act), act.act)
        }
    }

    /// On the disk, or an error; never on the cooperative pool.
    func write(_ entry: JournalEntry) async throws {
        try await disk.run { [journal] in try journal.append(entry) }
    }

    @discardableResult
    func report(
        _ what: AuditRecord.What,
        _ act: PlannedAct?,
        _ detail: String,
        undoneBy: String = ""
    ) async -> AuditRecord {
        var record = AuditRecord(what, act, detail)
        record.undoneBy = undoneBy
        await surroundings.audit(record)
        return record
    }

    func tell(_ reply: Reply?, _ record: AuditRecord) {
        reply?.yield(record)
        reply?.finish()
    }
}
