// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which keep-alives of a connection may be acknowledged: those whose events before are
/// kept.
struct Receipts {
    /// Keep-alives that wait at most; an agent sends one in twenty seconds.
    private static let limit = 64

    private var offered = 0
    private var kept = 0
    /// How much had been offered before each keep-alive that waits.
    private var waiting: [Int] = []

    /// Notes events on their way.
    mutating func offer() {
        offered += 1
    }

    /// Notes a keep-alive; whether it may be acknowledged at once.
    mutating func askedToAcknowledge() -> Bool {
        if kept >= offered { return true }
        if waiting.count < Self.limit { waiting.append(offered) }
        return false
    }

    /// Notes that the next events are kept; gives how many keep-alives waited for them.
    mutating func noteKept() -> Int {
        kept += 1
        let count = waiting.prefix { $0 <= kept }.count
        waiting.removeFirst(count)
        return count
    }
}
