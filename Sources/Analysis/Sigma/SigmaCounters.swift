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
    /// What of a group counts now.
    fileprivate struct Window {
        let now: Int64
        /// What came before it does not count.
        let oldest: Int64
        /// How many times or values are enough.
        let kept: Int
    }

    struct Group: Sendable {
        /// Index of its correlation.
        let correlation: Int
        var last: Int64 = 0
        /// Of `event_count`: seconds, oldest first; those before `head` are gone.
        private var times: [Int64] = []
        private var head = 0
        /// Of `value_count`: when each value, by its hash, was seen last.
        private(set) var values: [UInt64: Int64] = [:]

        init(correlation: Int) {
            self.correlation = correlation
        }

        /// A group as it was.
        init(correlation: Int, last: Int64, times: [Int64], values: [UInt64: Int64]) {
            self.correlation = correlation
            self.last = last
            self.times = times
            self.values = values
        }

        var currentTimes: ArraySlice<Int64> { times[head...] }

        var count: Int { times.count - head + values.count }

        fileprivate mutating func addTime(_ window: Window) {
            times.append(window.now)
            while head < times.count,
                times[head] < window.oldest || times.count - head > window.kept
            {
                head += 1
            }
            guard head > 64, head > times.count / 2 else { return }
            times.removeFirst(head)
            head = 0
        }

        fileprivate mutating func add(_ value: UInt64, _ window: Window) {
            values[value] = window.now
            guard values.count >= window.kept else { return }
            values = values.filter { $0.value >= window.oldest }
            guard values.count > window.kept, let idle = values.min(by: { $0.value < $1.value })
            else { return }
            values[idle.key] = nil
        }
    }

    /// Times and values of all groups together.
    static let entryLimit = 1 << 18

    private let correlations: [SigmaCorrelation]
    /// By correlation: what its groups' hashes begin with, the same as long as the
    /// rule is.
    private let identities: [UInt64]
    private(set) var seed = UInt64.random(in: .min ... .max)
    private(set) var groups: [UInt64: Group] = [:]
    private(set) var entryCount = 0
    /// Groups that were forgotten early.
    private(set) var forgotten = 0

    /// `identities` are the correlations' ``Rule/fingerprint``s.
    init(_ correlations: [SigmaCorrelation], identities: [UInt64]) {
        self.correlations = correlations
        self.identities = identities
    }

    /// A hash to find an event's group by.
    func hash(of correlation: Int) -> ByteHash {
        var hash = ByteHash(seed: seed)
        hash.combine(Int(truncatingIfNeeded: identities[correlation]))
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
        let window = Window(
            now: now,
            oldest: now - rule.timespan,
            kept: rule.threshold + (rule.isExact ? 1 : 0)
        )
        var group = groups.removeValue(forKey: key) ?? Group(correlation: correlation)
        entryCount -= group.count
        group.last = now
        if let value {
            group.add(value, window)
        } else {
            group.addTime(window)
        }
        let fires = rule.isExact ? group.count == rule.threshold : group.count >= rule.threshold
        guard !fires || rule.isExact else { return true }
        entryCount += group.count
        groups[key] = group
        return fires
    }

    /// Takes the place of all groups; `seed` is the one that their hashes have.
    mutating func restore(_ groups: [UInt64: Group], seed: UInt64) {
        self.groups = groups
        self.seed = seed
        entryCount = groups.values.reduce(0) { $0 + $1.count }
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
