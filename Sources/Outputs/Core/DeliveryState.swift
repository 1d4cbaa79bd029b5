// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import FoundationEssentials

/// What an output does next with the alerts that wait: a value without clock or file.
///
/// ```
/// a repeat, or quiet hours  ─► counted, told as one later
/// too many messages         ─► wait; then what waits is merged
/// else                      ─► sent: one, or several merged
/// ```
package struct DeliveryState: Sendable, Hashable, Codable {
    /// An alert that waits.
    package struct Waiting: Sendable {
        package let alert: OutputAlert
        /// When it was queued, in nanoseconds since the epoch.
        package let arrival: Int64

        package init(alert: OutputAlert, arrival: Int64) {
            self.alert = alert
            self.arrival = arrival
        }
    }

    /// What is to do.
    package enum Step: Sendable, Hashable {
        /// The first so many are one message.
        case send(Int)
        /// The first one was counted, and waits no more.
        case counted
        /// Counted ones are a message.
        case tell(HeldRepeats)
        /// Nothing before this time (nanoseconds since the epoch), or before something
        /// comes when it is nil.
        case wait(until: Int64?)
    }

    private static let heldLimit = 64
    private static let second: Int64 = 1_000_000_000

    private var held: [HeldRepeats] = []
    /// When messages of the current stretch were sent.
    private var sent: [Int64] = []

    package init() {}

    /// Decides on the alerts that wait, oldest first.
    package mutating func next(
        _ waiting: [Waiting],
        _ policy: DeliveryPolicy,
        at now: Timestamp
    ) -> Step {
        let time = now.nanoseconds
        // The clock went back: what was measured by it before is worth nothing.
        sent.removeAll { $0 > time }
        held.removeAll { $0.count == 0 && $0.until <= time }
        let free = whenFree(policy, time)
        if let due = held.first(where: { $0.until <= time }) {
            return free.map { .wait(until: $0) } ?? .tell(due)
        }
        let nextDue = held.lazy.filter { $0.count > 0 }.map(\.until).min()
        guard let front = waiting.first else { return .wait(until: nextDue) }
        if isCounted(front.alert, policy, now) {
            return .counted
        }
        if let free { return .wait(until: Self.sooner(free, nextDue)) }
        let count = mergeable(waiting, policy, now)
        let ripe = front.arrival &+ Int64(policy.collectSeconds) * Self.second
        // A time of arrival in the future is of a clock that went back.
        if policy.collectSeconds > 0, count < policy.mergesUpTo, ripe > time, front.arrival <= time
        {
            return .wait(until: Self.sooner(ripe, nextDue))
        }
        return .send(count < min(policy.mergesFrom, policy.mergesUpTo) ? 1 : count)
    }

    /// The first alerts were sent as one message.
    package mutating func sent(
        _ alerts: some Collection<OutputAlert>,
        _ policy: DeliveryPolicy,
        at now: Timestamp
    ) {
        noteMessage(policy, now.nanoseconds)
        guard policy.repeatSeconds > 0 else { return }
        let until = now.nanoseconds &+ Int64(policy.repeatSeconds) * Self.second
        for alert in alerts where held.count < Self.heldLimit {
            let key = HeldRepeats.key(alert)
            guard !held.contains(where: { $0.key == key }) else { continue }
            held.append(HeldRepeats(alert, until: until))
        }
    }

    /// Counted ones were told; the next of their kind are counted again.
    package mutating func told(
        _ repeats: HeldRepeats,
        _ policy: DeliveryPolicy,
        at now: Timestamp
    ) {
        noteMessage(policy, now.nanoseconds)
        guard let index = held.firstIndex(where: { $0.key == repeats.key }) else { return }
        guard policy.repeatSeconds > 0 else {
            held.remove(at: index)
            return
        }
        held[index].count = 0
        held[index].first = ""
        held[index].until = now.nanoseconds &+ Int64(policy.repeatSeconds) * Self.second
    }

    /// Alerts that were counted and are not told yet.
    package var countedAlerts: Int { held.reduce(0) { $0 + $1.count } }

    /// Counts an alert when it repeats, or when it is quiet.
    private mutating func isCounted(
        _ alert: OutputAlert,
        _ policy: DeliveryPolicy,
        _ now: Timestamp
    ) -> Bool {
        let key = HeldRepeats.key(alert)
        let open = held.firstIndex { $0.key == key }
        if let end = quietEnd(alert, policy, now) {
            if let open {
                held[open].until = max(held[open].until, end)
                held[open].count(alert)
                return true
            }
            // With no room for more kinds, each is told: nothing is forgotten.
            guard held.count < Self.heldLimit else { return false }
            held.append(HeldRepeats(alert, until: end))
            held[held.count - 1].count(alert)
            return true
        }
        guard let open else { return false }
        held[open].count(alert)
        return true
    }

    private func quietEnd(
        _ alert: OutputAlert,
        _ policy: DeliveryPolicy,
        _ now: Timestamp
    ) -> Int64? {
        guard let quiet = policy.quiet, alert.level < quiet.exceptLevel else { return nil }
        return quiet.end(at: now)
    }

    /// How many of the first may be one message.
    private func mergeable(
        _ waiting: [Waiting],
        _ policy: DeliveryPolicy,
        _ now: Timestamp
    ) -> Int {
        var (count, bytes) = (0, 0)
        var keys: Set<HeldRepeats.Key> = []
        for each in waiting.prefix(max(1, policy.mergesUpTo)) {
            bytes += each.alert.line.count
            let key = HeldRepeats.key(each.alert)
            let isHeld = held.contains { $0.key == key } || quietEnd(each.alert, policy, now) != nil
            let isRepeat = policy.repeatSeconds > 0 && !keys.insert(key).inserted
            guard count == 0 || bytes <= policy.mergesBytes && !isHeld && !isRepeat else { break }
            count += 1
        }
        return count
    }

    /// When the next message may be sent; nil for now.
    private func whenFree(_ policy: DeliveryPolicy, _ time: Int64) -> Int64? {
        guard let rate = policy.rate else { return nil }
        let length = Int64(rate.seconds) * Self.second
        let recent = sent.filter { $0 > time &- length }
        guard recent.count >= rate.messages, let oldest = recent.min() else { return nil }
        return oldest &+ length
    }

    private mutating func noteMessage(_ policy: DeliveryPolicy, _ time: Int64) {
        guard let rate = policy.rate else { return }
        let length = Int64(rate.seconds) * Self.second
        sent.removeAll { $0 <= time &- length }
        sent.append(time)
        // More than the limit counts for nothing.
        if sent.count > rate.messages { sent.removeFirst(sent.count - rate.messages) }
    }

    private static func sooner(_ time: Int64, _ other: Int64?) -> Int64 {
        other.map { min($0, time) } ?? time
    }
}
