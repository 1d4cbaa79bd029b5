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

    enum Job: Sendable {
        case act(PlannedAct)
        /// One that an earlier run was cut off in.
        case resume(StandingAct)
        case renew(StandingAct)
        case undo(StandingAct)
    }

    private static let workers = 4
    private static let queueLimit = 256
    private static let tick = Duration.seconds(1)

    package let intake: AlertIntake
    let journal: ResponseJournal
    let surroundings: Surroundings
    let state: Mutex<ResponseState>
    private let queues: [(AsyncStream<Job>, AsyncStream<Job>.Continuation)]
    private let commands: [String: ResponseCommand]
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
        self.commands = Dictionary(commands.map { ($0.name, $0) }) { $1 }
        intake = AlertIntake(settings)
        state = Mutex(
            ResponseState(settings, standing: history.standing, nextID: history.nextID)
        )
        queues = (0..<Self.workers).map { _ in
            AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.queueLimit))
        }
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
        await follow(state.withLock { $0.received(alert, at: now) })
    }

    private func follow(_ decisions: [ResponseDecision]) async {
        for decision in decisions {
            switch decision {
            case .perform(let act), .say(let act): await put(.act(act), act)
            case .renew(let act): await put(.renew(act), act.act)
            case .refused(let act, let reason): await report(.refused, act, reason)
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

    private func put(_ job: Job, _ act: PlannedAct) async {
        let number = act.target.text.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        guard case .dropped = queues[number % queues.count].1.yield(job) else { return }
        switch job {
        case .act(let act):
            state.withLock { $0.ended(act.id) }
            await report(.failed, act, "too many acts wait")
        case .undo(let act), .resume(let act): state.withLock { $0.release(act.act.id) }
        // The journal says sooner, and the next alert renews it again.
        case .renew: break
        }
    }

    /// What happens with time: undoing, breakers, what the command line asks.
    private func look() async {
        let now = surroundings.now()
        let (due, closed) = state.withLock { ($0.takeDue(at: now), $0.closeBreakers(at: now)) }
        for act in due { await put(.undo(act), act.act) }
        await follow(closed)
        let requests = surroundings.requests
        for request in (try? await disk.run { requests.take() }) ?? [] { await obey(request, now) }
        let lost = intake.takeLost()
        if lost > 0 { await report(.overrun, nil, "\(lost) alerts led to nothing, too many came") }
    }

    private func obey(_ request: RequestFolder.Request, _ now: Int64) async {
        switch request {
        case .undo(let id, let user):
            guard let act = state.withLock({ $0.take(id) }) else { return }
            try? await write(.undoAsked(id, at: now, by: user))
            await put(.undo(act), act.act)
        case .run(let name, let target, let mode, let user):
            let command = commands[name] ?? ResponseCommand(name: name, executable: name)
            guard command.kind != .script else { return }
            let act = PlannedAct(
                id: 0,
                kind: command.kind,
                command: name,
                response: name,
                target: target,
                agent: "000",
                mode: mode,
                begunAt: now,
                expiresAt: nil,
                reason: PlannedAct.Reason(by: "user:" + user, ruleID: 0, alert: ""),
                script: nil
            )
            await follow(state.withLock { $0.asked(act, at: now) })
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

    func report(_ what: AuditRecord.What, _ act: PlannedAct?, _ detail: String) async {
        await surroundings.audit(AuditRecord(what, act, detail))
    }
}
