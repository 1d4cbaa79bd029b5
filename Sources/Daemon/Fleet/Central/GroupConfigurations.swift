// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Fleet
import Synchronization

/// A manager's side of central configuration: sees what an agent uses, and pushes what it
/// should.
///
/// It compares again and again, so that nothing that is lost on the way stays so.
final class GroupConfigurations: Sendable {
    /// What an agent should use.
    private struct Wish: Sendable {
        let agent: AgentReport
        let configuration: GroupConfiguration
    }

    private struct State {
        var folder: GroupFolder
        /// Digests that were pushed a moment ago, by agent, and when that may be done again.
        var pushed: [String: (digest: String, until: ContinuousClock.Instant)] = [:]
        var said: Set<String> = []
        var refusals = 0
    }

    private static let interval = Duration.seconds(2)
    /// The same is not pushed to an agent again for so long.
    private static let patience = Duration.seconds(60)
    private static let timeLimit = Duration.seconds(30)
    /// Agents that are given something at once.
    private static let atOnce = 32

    private let registry: AgentRegistry
    private let commands: CommandDesk
    private let notice: @Sendable (OperatorNotice) -> Void
    private let refused: @Sendable (AgentReport, String) async -> Void
    private let state: Mutex<State>

    /// `refused` is told when an agent does not use what it was given.
    init(
        folder: String,
        _ registry: AgentRegistry,
        _ commands: CommandDesk,
        notice: @escaping @Sendable (OperatorNotice) -> Void,
        refused: @escaping @Sendable (AgentReport, String) async -> Void
    ) {
        self.registry = registry
        self.commands = commands
        self.notice = notice
        self.refused = refused
        state = Mutex(State(folder: GroupFolder(folder)))
    }

    /// How often an agent has refused what it was given.
    var refusals: Int { state.withLock { $0.refusals } }

    /// Works until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            while !Task.isCancelled {
                for wish in await wishes() {
                    if running == Self.atOnce {
                        await group.next()
                        running -= 1
                    }
                    running += 1
                    group.addTask { await self.push(wish) }
                }
                // Cancellation ends the wait, and the loop with it.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Agents that are there and use something else than they should.
    private func wishes() async -> [Wish] {
        let agents = registry.reports.filter {
            $0.presence == .active && $0.configuration != nil
        }
        guard !agents.isEmpty else { return [] }
        let outcome = Handback<[Wish]>()
        // Without a thread the next round tries again.
        try? await DedicatedThread.run("groups") { outcome.give(self.compare(agents)) }
        return outcome.take() ?? []
    }

    private func compare(_ agents: [AgentReport]) -> [Wish] {
        var troubles: [String] = []
        let wishes = state.withLock { state -> [Wish] in
            let now = ContinuousClock.now
            state.pushed = state.pushed.filter { $0.value.until > now }
            state.folder.beginRound()
            return agents.compactMap { agent in
                do throws(FleetError) {
                    guard let wanted = try state.folder.configuration(of: agent.groups) else {
                        return nil
                    }
                    let digest = wanted.digest
                    guard Self.lacks(agent, digest), state.pushed[agent.id]?.digest != digest
                    else { return nil }
                    state.pushed[agent.id] = (digest, now.advanced(by: Self.patience))
                    return Wish(agent: agent, configuration: wanted)
                } catch {
                    if state.said.count < 1_000, state.said.insert(error.message).inserted {
                        troubles.append(error.message)
                    }
                    return nil
                }
            }
        }
        for trouble in troubles { notice(.maintenanceFailed(trouble)) }
        return wishes
    }

    /// Whether an agent is to be given what has this digest: also what it has, when it last
    /// refused something else, which is over then.
    private static func lacks(_ agent: AgentReport, _ digest: String) -> Bool {
        agent.configuration == digest
            ? agent.refusal != nil : agent.refusal?.digest != digest
    }

    private func push(_ wish: Wish) async {
        do {
            let command = try FleetCommand(
                .configuration,
                wish.configuration,
                timeLimit: Self.timeLimit
            )
            guard case .failed(let reason) = try await commands.send(command, to: wish.agent.id)
            else { return }
            state.withLock { $0.refusals += 1 }
            await refused(wish.agent, reason)
        } catch {
            // Compared again when its time is over: what the agent uses then, it tells.
            return
        }
    }
}
