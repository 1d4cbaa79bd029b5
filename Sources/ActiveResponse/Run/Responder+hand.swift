// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a person asks for: an act on one target, by name.
package struct HandOrder: Sendable, Hashable {
    /// A `<command>`, or a built-in act.
    package let act: String
    package let target: ActTarget
    /// On which agent's host: `000` for this one.
    package var agent = "000"
    package let mode: ResponseMode
    /// Until somebody undoes it, when nil.
    package var seconds: Int?
    /// Who asks: see ``PlannedAct/Reason/by``.
    package let by: String
    /// The alert that led the person to it, and its rule; empty and 0 without.
    package var alert = ""
    package var ruleID = 0

    package init(act: String, target: ActTarget, mode: ResponseMode, by: String) {
        self.act = act
        self.target = target
        self.mode = mode
        self.by = by
    }
}

/// What people do: by the command line, or through the API.
extension Responder {
    /// Does what a person asks for.
    ///
    /// - Returns: How it ended; nil when it goes on after `patience`.
    package func perform(_ order: HandOrder, patience: Duration) async -> AuditRecord? {
        await answer(patience) { await self.begin(order, $0) }
    }

    /// Undoes an act before its time.
    ///
    /// - Returns: How it ended; nil when it goes on after `patience`, does not stand, or is
    ///   being undone already.
    package func undo(_ id: UInt64, by who: String, patience: Duration) async -> AuditRecord? {
        await answer(patience) { await self.beginUndo(id, by: who, $0) }
    }

    /// What acts there are: those that stand, and the last that have ended.
    package var history: JournalHistory { journal.history }

    package var settings: ResponseSettings { state.withLock { $0.settings } }

    /// What an alert would lead to by the settings of now, were it the first; nothing is
    /// done.
    package func trial(_ alert: ResponseAlert) -> [ResponseDecision] {
        var fresh = ResponseState(settings, standing: [], nextID: 1)
        return fresh.received(
            alert,
            agents: surroundings.agents(),
            at: surroundings.now()
        )
    }

    func begin(_ order: HandOrder, _ reply: Reply?) async {
        let command = command(order.act)
        let now = surroundings.now()
        let isTimed = command.kind.canBeUndone && (order.seconds ?? 0) > 0
        let act = PlannedAct(
            id: 0,
            kind: command.kind,
            command: order.act,
            response: order.act,
            target: order.target,
            agent: order.agent,
            mode: order.mode,
            begunAt: now,
            expiresAt: isTimed ? order.seconds.map { now &+ Int64($0) * 1_000_000_000 } : nil,
            reason: PlannedAct.Reason(by: order.by, ruleID: order.ruleID, alert: order.alert),
            script: nil,
            network: command.network
        )
        if let objection = Self.objection(to: act) {
            return tell(reply, await report(.refused, act, objection))
        }
        await follow(state.withLock { $0.asked(act, at: now) }, reply)
    }

    /// Why a person cannot have it; nil when the kind fits the target.
    private static func objection(to act: PlannedAct) -> String? {
        switch (act.kind, act.target) {
        case (.script, _), (.webhook, _):
            "there is no act \(act.command); scripts and webhooks are for alerts alone"
        case (.blockAddress, .address), (.disableAccount, .account): nil
        case (_, .container) where act.kind.isOnContainer: nil
        default: "\(act.kind.rawValue) is done to something else"
        }
    }

    func beginUndo(_ id: UInt64, by who: String, _ reply: Reply?) async {
        guard let act = state.withLock({ $0.take(id, by: who) }) else {
            reply?.finish()
            return
        }
        // Should it be missing, a next run undoes it when its time comes.
        try? await write(.undoAsked(id, at: surroundings.now(), by: who))
        await put(.undo(act, reply), act.act)
    }

    private func answer(
        _ patience: Duration,
        _ ask: @escaping @Sendable (Reply) async -> Void
    ) async -> AuditRecord? {
        let (records, reply) = AsyncStream<AuditRecord>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        return await withTaskGroup(of: AuditRecord?.self) { group in
            group.addTask {
                await ask(reply)
                for await record in records { return record }
                return nil
            }
            group.addTask {
                // Cancelled when the answer is there.
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
