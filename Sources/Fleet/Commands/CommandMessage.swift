// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A command on its way to an agent.
package struct CommandMessage: Sendable, Hashable, Codable {
    /// Unique; the result bears it.
    package let id: String
    package let kind: String
    /// JSON as a text.
    package let payload: String
    /// How long its result is waited for.
    package let milliseconds: Int

    /// The command; nil when it is larger or called otherwise than one may be.
    var command: FleetCommand? {
        try? FleetCommand(
            FleetCommand.Kind(rawValue: kind),
            payload: payload,
            timeLimit: .milliseconds(min(max(0, milliseconds), 86_400_000))
        )
    }
}

/// A result on its way to the manager.
package struct ResultMessage: Sendable, Codable {
    /// The longest reason for a failure.
    private static let messageLimit = 4_096

    let id: String
    let isDone: Bool
    /// JSON as a text, of one that was done.
    let payload: String?
    /// Of one that was not.
    let message: String?

    package init(_ result: FleetCommandResult, of id: String) {
        self.id = id
        switch result {
        case .done(let payload) where payload.utf8.count <= FleetCommand.payloadLimit:
            isDone = true
            self.payload = payload
            message = nil
        case .done(let payload):
            isDone = false
            self.payload = nil
            message = "it was done, and its result of \(payload.utf8.count) bytes is too long"
        case .failed(let reason):
            isDone = false
            payload = nil
            message = String(reason.prefix(Self.messageLimit))
        }
    }

    /// What it tells, within the bounds, whoever sent it.
    var result: FleetCommandResult {
        guard isDone else { return .failed(String((message ?? "").prefix(Self.messageLimit))) }
        let payload = payload ?? "null"
        return payload.utf8.count <= FleetCommand.payloadLimit
            ? .done(payload) : .failed("the agent's result is too long")
    }
}

/// Results, as an agent posts them.
struct ResultsMessage: Sendable, Codable {
    let results: [ResultMessage]
}

/// The answer to results: they were taken.
struct ResultsAnswer: Sendable, Codable {
    let taken: Int
}
