// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// An agent's side of the command channel: does each command once, and tells the result
/// until a manager has it or nobody waits any more.
final class CommandWork: Sendable {
    /// Does a command; it obeys cancellation, which comes with the time limit.
    typealias Perform = @Sendable (FleetCommand) async -> FleetCommandResult

    /// Commands that are done at once, and those that the agent has at all.
    private static let atOnce = 8
    private static let limit = 128
    /// Between two tries to tell a result.
    private static let pause = Duration.seconds(1)

    private struct State {
        /// What was taken and whose result nobody has.
        var held: Set<String> = []
        /// Results that nobody has.
        var untold: [String: ResultMessage] = [:]
    }

    private let perform: Perform
    private let state = Mutex(State())
    private let messages: AsyncStream<CommandMessage>
    private let message: AsyncStream<CommandMessage>.Continuation

    init(_ perform: @escaping Perform) {
        self.perform = perform
        // What is held is bounded, and each is here once.
        (messages, message) = AsyncStream.makeStream()
    }

    /// What was taken and whose result nobody has yet.
    var ids: [String] { state.withLock { $0.held.sorted() } }

    /// Takes what a manager gives; what is here already, or more than the agent holds, is
    /// left to be given again.
    func take(_ commands: [CommandMessage]) {
        for command in commands {
            let isNew = state.withLock { state in
                state.held.count < Self.limit && state.held.insert(command.id).inserted
            }
            if isNew { message.yield(command) }
        }
    }

    /// Works until the task is cancelled; `post` tells a result and says whether a manager
    /// has taken it.
    func run(post: @escaping @Sendable (ResultMessage) async -> Bool) async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await message in messages {
                if running == Self.atOnce {
                    await group.next()
                    running -= 1
                }
                running += 1
                group.addTask { await self.work(message, post) }
            }
            group.cancelAll()
        }
    }

    /// Results that nobody has when the work has ended: of commands that were done while it
    /// ended.
    var untold: [ResultMessage] { state.withLock { Array($0.untold.values) } }

    private func work(
        _ message: CommandMessage,
        _ post: @Sendable (ResultMessage) async -> Bool
    ) async {
        let deadline = ContinuousClock.now.advanced(
            by: .milliseconds(min(max(0, message.milliseconds), 86_400_000))
        )
        let result = ResultMessage(await result(message, before: deadline), of: message.id)
        state.withLock { $0.untold[message.id] = result }
        while ContinuousClock.now < deadline {
            if await post(result) { break }
            do {
                try await Task.sleep(for: Self.pause)
            } catch {
                // Cancelled: it stays untold.
                return
            }
        }
        state.withLock { state in
            state.held.remove(message.id)
            state.untold[message.id] = nil
        }
    }

    private func result(
        _ message: CommandMessage,
        before deadline: ContinuousClock.Instant
    ) async -> FleetCommandResult {
        guard let command = message.command else {
            return .failed("the command is not as docs/spec/fleet.md says")
        }
        guard ContinuousClock.now < deadline else { return .failed("it came too late") }
        return await withTaskGroup(of: FleetCommandResult?.self) { group in
            group.addTask { [perform] in await perform(command) }
            group.addTask {
                do {
                    try await Task.sleep(until: deadline)
                    return .failed("it took longer than it may")
                } catch {
                    return nil
                }
            }
            for await result in group {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            return .failed("it was not done")
        }
    }
}
