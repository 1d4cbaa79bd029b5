// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A stream of deliveries that an agent sends to its manager.
package struct AgentStream: Sendable, Hashable {
    package let agent: String
    /// The first sequence of the stream, which names it.
    package let first: UInt64

    package init(agent: String, first: UInt64) {
        self.agent = agent
        self.first = first
    }

    fileprivate var key: SourceKey {
        SourceKey(kind: .agent, name: Array("\(agent)/\(first)".utf8))
    }
}

extension PositionLedger {
    /// The first sequence of a stream that was not delivered yet; nil when nothing was.
    package func mark(of stream: AgentStream) -> UInt64? {
        guard case .sequence(let sequence) = position(of: stream.key) else { return nil }
        return sequence
    }
}

extension Checkpoint {
    /// Says that everything of a stream before a sequence is delivered.
    package init(_ stream: AgentStream, before sequence: UInt64, in ledger: PositionLedger) {
        self.init(ledger: ledger, source: stream.key, change: .advance(.sequence(sequence)))
    }
}
