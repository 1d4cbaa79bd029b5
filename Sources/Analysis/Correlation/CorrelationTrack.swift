// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Sequence numbers of stored events, chained by a hash of the values they
/// share, newest first.
struct CorrelationTrack: Sendable {
    private struct Entry: Sendable {
        let sequence: Int
        let hash: UInt64
        /// Position of the next older entry of the same hash; -1 for none.
        let older: Int
    }

    /// A position never changes; that of ``entries``' first is this.
    private var firstPosition = 0
    /// Entries in front that are no longer valid.
    private var deadCount = 0
    private var entries: [Entry] = []
    private var newest: [UInt64: Int] = [:]

    /// Adds an event; sequence numbers must not fall.
    mutating func append(_ sequence: Int, hash: UInt64) {
        let position = firstPosition + entries.count
        let older = newest.updateValue(position, forKey: hash) ?? -1
        entries.append(Entry(sequence: sequence, hash: hash, older: older))
    }

    /// Position of the newest event of a hash; nil when there is none.
    func start(_ hash: UInt64) -> Int? {
        newest[hash]
    }

    /// The sequence number at a position and the position of the next older one;
    /// nil when the position is no longer valid.
    func event(at position: Int) -> (sequence: Int, older: Int)? {
        let index = position - firstPosition
        guard index >= deadCount, index < entries.count else { return nil }
        return (entries[index].sequence, entries[index].older)
    }

    /// Forgets the events before a sequence number.
    mutating func removeEvents(before sequence: Int) {
        while deadCount < entries.count, entries[deadCount].sequence < sequence {
            let entry = entries[deadCount]
            if newest[entry.hash] == firstPosition + deadCount { newest[entry.hash] = nil }
            deadCount += 1
        }
        guard deadCount > 1024, deadCount > entries.count / 2 else { return }
        entries.removeFirst(deadCount)
        firstPosition += deadCount
        deadCount = 0
    }
}
