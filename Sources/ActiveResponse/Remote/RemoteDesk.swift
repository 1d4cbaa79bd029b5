// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// An agent's side: does what its manager asks for, as far as its own settings let it.
package final class RemoteDesk: Sendable {
    /// Keys that scripts act on, and until when.
    private static let limit = 10_000

    private let host: any ActPerformer
    private let settings: @Sendable () -> ResponseSettings
    private let now: @Sendable () -> Int64
    private let claims = Mutex<[String: (act: UInt64, until: Int64)]>([:])

    /// `settings` are the agent's own, as they are now; `now` gives nanoseconds since the
    /// epoch.
    package init(
        _ host: any ActPerformer,
        settings: @escaping @Sendable () -> ResponseSettings,
        now: @escaping @Sendable () -> Int64
    ) {
        self.host = host
        self.settings = settings
        self.now = now
    }

    /// Does one step.
    ///
    /// - Throws: What the host's performer throws.
    package func answer(_ order: RemoteOrder) async throws -> RemoteAnswer {
        switch order.step {
        case .prepare:
            if let objection = objection(to: order.act) { return .refused(objection) }
            switch try await host.prepare(order.act) {
            case .ready(let memory): return .ready(memory)
            case .nothingToDo(let text): return .nothingToDo(text)
            case .refused(let text): return .refused(text)
            }
        case .perform:
            if let objection = objection(to: order.act) { return .refused(objection) }
            let act = order.act
            let outcome = try await host.perform(act, order.memory) { [self] in claim($0, act) }
            switch outcome {
            case .done(let text): return .done(text)
            case .doneForGood(let text): return .doneForGood(text)
            case .aborted(let text): return .aborted(text)
            }
        case .undo:
            // What was done is undone whatever the settings say by now.
            let act = StandingAct(act: order.act, memory: order.memory, isConfirmed: true)
            let text = try await host.undo(act)
            claims.withLock { $0 = $0.filter { $0.value.act != order.act.id } }
            return .undone(text)
        case .renew:
            let act = StandingAct(act: order.act, memory: order.memory, isConfirmed: true)
            try await host.renew(act)
            return .renewed
        }
    }

    /// What the agent's owner lets nobody do here.
    private func objection(to act: PlannedAct) -> String? {
        let settings = settings()
        if !settings.isEnabled { return "the agent's own settings disable responses" }
        return settings.protections.objection(toKind: act.kind).map { "on the agent, " + $0 }
    }

    /// Whether a script may act on what it names: not while another act of it stands for
    /// the same.
    private func claim(_ keys: [String], _ act: PlannedAct) -> Bool {
        let name = ([act.script?.executable ?? ""] + keys).joined(separator: "\u{0}")
        let now = now()
        return claims.withLock { claims in
            claims = claims.filter { $0.value.until > now }
            if let other = claims[name], other.act != act.id { return false }
            if claims.count < Self.limit {
                claims[name] = (act.id, act.expiresAt ?? .max)
            }
            return true
        }
    }
}
