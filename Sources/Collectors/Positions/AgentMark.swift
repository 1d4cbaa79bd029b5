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

extension PositionLedger {
    /// Forgets the oldest streams of an agent, but for so many: an agent that makes up ever
    /// new ones must not fill the manager's memory.
    package func keepNewestStreams(_ count: Int, of agent: String) {
        let prefix = Array("\(agent)/".utf8)
        func first(_ key: SourceKey) -> UInt64? {
            guard key.kind == .agent, key.name.starts(with: prefix) else { return nil }
            return UInt64(String(decoding: key.name.dropFirst(prefix.count), as: UTF8.self))
        }
        let known = snapshot.contents.positions.keys.compactMap(first).sorted()
        guard known.count > count else { return }
        let limit = known[known.count - count]
        forget { key in first(key).map { $0 < limit } ?? false }
    }
}

extension Checkpoint {
    /// Says that everything of a stream before a sequence is delivered.
    package init(_ stream: AgentStream, before sequence: UInt64, in ledger: PositionLedger) {
        self.init(ledger: ledger, source: stream.key, change: .advance(.sequence(sequence)))
    }
}
