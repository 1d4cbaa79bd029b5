// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// What matching costs within an event, and who went too far: rules, or decoders,
/// by their index.
struct MatchLimits: Sendable {
    var meter = MatchMeter()
    /// Those whose expression was cut in the current event, each once.
    private(set) var offenders: [Int] = []
    /// How often each was cut, those switched off included.
    private(set) var strikes: [Int: Int] = [:]
    private(set) var off: Set<Int> = []
    /// Matches that were not made for want of steps which others had spent.
    private(set) var starvedMatches = 0

    /// Begins a new event.
    mutating func begin() {
        meter.begin()
        if !offenders.isEmpty { offenders.removeAll() }
    }

    /// Goes on with what the limits of others left of the same event.
    mutating func `continue`(_ other: borrowing MatchLimits) {
        meter.continue(other.meter)
        if !offenders.isEmpty { offenders.removeAll() }
    }

    /// Whether an expression's owner is switched off.
    @inline(__always)
    func isOff(_ owner: Int) -> Bool { !off.isEmpty && off.contains(owner) }

    /// Whether the owner's match that was just made is without an answer.
    @inline(__always)
    mutating func wasCut(_ owner: Int) -> Bool { meter.hasCut && noteCut(owner) }

    private mutating func noteCut(_ owner: Int) -> Bool {
        switch meter.takeCut() {
        case .ownLimit: if !offenders.contains(owner) { offenders.append(owner) }
        case .eventLimit: starvedMatches &+= 1
        case nil: return false
        }
        return true
    }

    /// Counts against an owner, and switches it off when that was the last time.
    ///
    /// - Returns: how often it was counted by now.
    mutating func strike(_ owner: Int, limit: Int) -> Int {
        let count = strikes[owner, default: 0] + 1
        strikes[owner] = count
        if count >= limit { off.insert(owner) }
        return count
    }
}
