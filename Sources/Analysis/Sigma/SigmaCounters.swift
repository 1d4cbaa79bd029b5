// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What correlation rules remember: when the events of a group came, or when each
/// value of it was last seen.
///
/// Bounded: when there are too many entries, the groups that were idle longest
/// are forgotten.
struct SigmaCounters: Sendable {
    private struct Group: Sendable {
        var last: Int64 = 0
        /// Of `event_count`: seconds, oldest first; those before `head` are gone.
        var times: [Int64] = []
        var head = 0
        /// Of `value_count`: when each value, by its hash, was seen last.
        var values: [UInt64: Int64] = [:]

        var count: Int { times.count - head + values.count }
    }

    /// Times and values of all groups together.
    static let entryLimit = 1 << 18

    private let correlations: [SigmaCorrelation]
    private let seed = UInt64.random(in: .min ... .max)
    private var groups: [UInt64: Group] = [:]
    private(set) var entryCount = 0
    /// Groups that were forgotten early.
    private(set) var forgotten = 0

    init(_ correlations: [SigmaCorrelation]) {
        self.correlations = correlations
    }

    /// A hash to find an event's group by.
    func hash(of correlation: Int) -> ByteHash {
        var hash = ByteHash(seed: seed)
        hash.combine(correlation)
        return hash
    }

    /// Counts an event, or a value by its hash; whether the rule fires.
    ///
    /// A group begins anew when its rule has fired.
    mutating func count(_ correlation: Int, group key: UInt64, value: UInt64?, at now: Int64)
        -> Bool
    {
        if entryCount >= Self.entryLimit { forget() }
        let rule = correlations[correlation]
        let kept = rule.threshold + (rule.isExact ? 1 : 0)
        var group = groups.removeValue(forKey: key) ?? Group()
        entryCount -= group.count
        group.last = now
        let oldest = now - rule.timespan
        if let value {
            Self.add(value, to: &group, at: now, notBefore: oldest, kept: kept)
        } else {
            Self.addTime(to: &group, at: now, notBefore: oldest, kept: kept)
        }
        let fires = rule.isExact ? group.count == rule.threshold : group.count >= rule.threshold
        guard !fires || rule.isExact else { return true }
        entryCount += group.count
        groups[key] = group
        return fires
    }

    private static func addTime(
        to group: inout Group,
        at now: Int64,
        notBefore oldest: Int64,
        kept: Int
    ) {
        group.times.append(now)
        while group.head < group.times.count,
            group.times[group.head] < oldest || group.times.count - group.head > kept
        {
            group.head += 1
        }
        guard group.head > 64, group.head > group.times.count / 2 else { return }
        group.times.removeFirst(group.head)
        group.head = 0
    }

    private static func add(
        _ value: UInt64,
        to group: inout Group,
        at now: Int64,
        notBefore oldest: Int64,
        kept: Int
    ) {
        group.values[value] = now
        guard group.values.count >= kept else { return }
        group.values = group.values.filter { $0.value >= oldest }
        guard group.values.count > kept, let idle = group.values.min(by: { $0.value < $1.value })
        else {
            return
        }
        group.values[idle.key] = nil
    }

    /// Drops the half of the groups that were idle longest.
    private mutating func forget() {
        let times = groups.values.map(\.last).sorted()
        guard !times.isEmpty else { return }
        let limit = times[times.count / 2]
        let before = groups.count
        groups = groups.filter { $0.value.last > limit }
        forgotten += before - groups.count
        entryCount = groups.values.reduce(0) { $0 + $1.count }
    }
}
