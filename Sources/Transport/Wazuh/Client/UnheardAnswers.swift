// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Answers that went out as datagrams, to be sent again until the manager says that it has
/// them.
///
/// Source: around-the-engine.md §5.10.
struct UnheardAnswers {
    /// Answers that are remembered; of more the manager has to ask again.
    private static let limit = 64
    /// How often one is sent in all.
    private static let attemptLimit = 4

    private var waiting: [String: (payload: [UInt8], attempts: Int)] = [:]

    /// Notes an answer that was sent.
    mutating func sent(_ payload: [UInt8], number: String) {
        guard waiting.count < Self.limit || waiting[number] != nil else { return }
        waiting[number] = (payload, 1)
    }

    /// The manager has it.
    mutating func heard(_ number: String) {
        waiting[number] = nil
    }

    /// What to send again now, called every second; the last time it is forgotten.
    mutating func due() -> [(number: String, payload: [UInt8])] {
        let due = waiting.map { (number: $0.key, payload: $0.value.payload) }
        waiting = waiting.compactMapValues { payload, attempts in
            attempts + 1 < Self.attemptLimit ? (payload, attempts + 1) : nil
        }
        return due
    }
}
