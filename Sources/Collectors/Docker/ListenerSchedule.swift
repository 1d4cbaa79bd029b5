// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// When the Docker listener runs: what `<wodle name="docker-listener">` says,
/// or without it always.
///
/// A state machine as a value: it is told what happened and says what to do.
/// Source: around-the-engine.md §1.1, §1.2.
/// - Compatibility: `attempts` counts failures in a row, Wazuh all of a
///   lifetime, which after years turns the listener off.
package struct ListenerSchedule: Sendable {
    /// A block's values; see the settings for what they may be.
    package struct Block: Sendable, Equatable {
        /// Seconds from one start to the next; at least 1 unless months count.
        package var intervalSeconds: Int64
        /// Instead of seconds, for an interval in months.
        package var intervalMonths: Int?
        /// Failures in a row after which it gives up; at least 1.
        package var attempts: Int
        /// Whether the first start is at once.
        package var runsOnStart: Bool
        /// From 1 to 31; months without that day are left out.
        package var day: Int?
        /// From 0 (Sunday) to 6.
        package var weekday: Int?
        /// From 0 to 1439.
        package var minuteOfDay: Int?

        package init(
            intervalSeconds: Int64,
            intervalMonths: Int?,
            attempts: Int,
            runsOnStart: Bool
        ) {
            self.intervalSeconds = intervalSeconds
            self.intervalMonths = intervalMonths
            self.attempts = attempts
            self.runsOnStart = runsOnStart
        }
    }

    package enum Plan: Sendable, Equatable {
        /// Start at once, and always again.
        case always(Backoff)
        case block(Block)
    }

    /// How a run of the listener ended.
    package enum Ending: Sendable, Equatable {
        /// After a healthy while: events came, or it was connected for a minute.
        case afterHealth
        case failed
        /// Trying again cannot help, for what is wrong is how Jaga was started.
        case hopeless
    }

    package enum Action: Sendable, Equatable {
        case start
        /// Start after this time.
        case wait(Duration)
        /// Start never again.
        case giveUp
    }

    private var plan: Plan
    private var failures = 0
    private var lastStart: Timestamp?

    package init(_ plan: Plan) {
        self.plan = plan
    }

    /// Says what to do when Jaga has started.
    package mutating func begin(at now: Timestamp) -> Action {
        guard case .block(let block) = plan, !block.runsOnStart else { return started(at: now) }
        return waiting(until: block.nextStart(after: now, lastStart: nil), now: now)
    }

    /// Says what to do when a run has ended.
    ///
    /// `random` from 0 to 1 spreads the wait of ``Plan/always(_:)``.
    package mutating func ended(
        _ ending: Ending,
        at now: Timestamp,
        random: Double
    ) -> Action {
        failures = ending == .afterHealth ? 0 : failures + 1
        switch plan {
        case .always(var backoff):
            if ending == .hopeless { return .giveUp }
            if ending == .afterHealth { backoff.reset() }
            let wait = backoff.next(random: random)
            plan = .always(backoff)
            return .wait(wait)
        case .block(let block):
            if failures >= block.attempts { return .giveUp }
            return waiting(until: block.nextStart(after: now, lastStart: lastStart), now: now)
        }
    }

    private mutating func started(at now: Timestamp) -> Action {
        lastStart = now
        return .start
    }

    private mutating func waiting(until start: Timestamp, now: Timestamp) -> Action {
        lastStart = start
        let nanoseconds = start.nanoseconds - now.nanoseconds
        return nanoseconds > 0 ? .wait(.nanoseconds(nanoseconds)) : .start
    }
}

extension ListenerSchedule.Block {
    /// When to start next; not before `now`.
    ///
    /// A run that outlived the interval is followed by the next one at once.
    func nextStart(after now: Timestamp, lastStart: Timestamp?) -> Timestamp {
        if day != nil || weekday != nil || minuteOfDay != nil || intervalMonths != nil {
            return calendarStart(after: now, lastStart: lastStart)
        }
        let from = lastStart ?? now
        let (nanoseconds, overflow) = intervalSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = from.nanoseconds.addingReportingOverflow(nanoseconds)
        let next = overflow || carry ? Int64.max : sum
        return Timestamp(
            nanoseconds: max(next, now.nanoseconds),
            utcOffsetSeconds: now.utcOffsetSeconds
        )
    }

    /// The first fitting minute after `now`, and after a first start no sooner
    /// than an interval of whole days later.
    ///
    /// The offset of local time is taken as it is now: a change of clocks in
    /// between moves the start by that hour.
    private func calendarStart(after now: Timestamp, lastStart: Timestamp?) -> Timestamp {
        let offset = Int64(now.utcOffsetSeconds)
        let dayLength: Int64 = 86_400
        let wholeDays = max(1, intervalSeconds / dayLength) * dayLength
        let earliest = lastStart.map { $0.seconds + (intervalMonths == nil ? wholeDays : 1) }
        let from = max(now.seconds + 1, earliest ?? 0) + offset
        let minute = Int64(minuteOfDay ?? 0) * 60
        var midnight = from - ((from % dayLength) + dayLength) % dayLength
        // Four years of days hold every day of a month, 29 February included.
        for _ in 0..<1_500 {
            let start = midnight + minute
            if start >= from, fits(CalendarTime(secondsSinceEpoch: start), after: lastStart) {
                return Timestamp(
                    nanoseconds: (start - offset) * 1_000_000_000,
                    utcOffsetSeconds: now.utcOffsetSeconds
                )
            }
            midnight += dayLength
        }
        return now
    }

    private func fits(_ date: CalendarTime, after lastStart: Timestamp?) -> Bool {
        if let weekday { return date.weekday == weekday }
        guard let months = intervalMonths else { return true }
        guard date.day == (day ?? 1) else { return false }
        guard let last = lastStart?.local else { return true }
        return (date.year - last.year) * 12 + date.month - last.month >= min(months, 48)
    }
}
