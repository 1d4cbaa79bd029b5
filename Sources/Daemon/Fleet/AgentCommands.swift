// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet

/// What an agent does when its manager asks: a handler for each kind of command.
struct AgentCommands: Sendable {
    /// Does one kind; it obeys cancellation, and what it throws is the reason that the
    /// manager is told.
    typealias Handler = @Sendable (FleetCommand) async throws -> FleetCommandResult

    private let handlers: [FleetCommand.Kind: Handler]

    init(_ handlers: [FleetCommand.Kind: Handler]) {
        self.handlers = handlers
    }

    func perform(_ command: FleetCommand) async -> FleetCommandResult {
        guard let handler = handlers[command.kind] else {
            return .failed(
                "this agent does not know \(command.kind.rawValue): bring it to the manager's release"
            )
        }
        do {
            return try await handler(command)
        } catch {
            return .failed("\(error)")
        }
    }
}
