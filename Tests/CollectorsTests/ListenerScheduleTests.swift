// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Testing

@Suite("When the Docker listener runs")
struct ListenerScheduleTests {
    /// Monday 2026-11-23 10:00:00 at UTC+1.
    private static let now = at(0)

    private static func at(_ seconds: Int64) -> Timestamp {
        Timestamp(
            nanoseconds: (1_795_424_400 + seconds) * 1_000_000_000,
            utcOffsetSeconds: 3600
        )
    }

    private static func block(
        seconds: Int64 = 60,
        months: Int? = nil,
        attempts: Int = 5,
        runsOnStart: Bool = false
    ) -> ListenerSchedule.Block {
        ListenerSchedule.Block(
            intervalSeconds: seconds,
            intervalMonths: months,
            attempts: attempts,
            runsOnStart: runsOnStart
        )
    }

    @Test("without a block it starts at once; a block says when")
    func first() {
        var always = ListenerSchedule(.always(.standard))
        var later = ListenerSchedule(.block(Self.block()))
        var atOnce = ListenerSchedule(.block(Self.block(runsOnStart: true)))

        #expect(always.begin(at: Self.now) == .start)
        #expect(later.begin(at: Self.now) == .wait(.seconds(60)))
        #expect(atOnce.begin(at: Self.now) == .start)
    }

    @Test(
        "the next start is an interval after the last, at once when the run was longer",
        arguments: [(Int64(1), Duration.seconds(59)), (59, .seconds(1)), (60, .zero), (600, .zero)]
    )
    func interval(lived: Int64, wait: Duration) {
        var schedule = ListenerSchedule(.block(Self.block(runsOnStart: true)))
        _ = schedule.begin(at: Self.now)

        let action = schedule.ended(.failed, at: Self.at(lived), random: 0)

        #expect(action == (wait == .zero ? .start : .wait(wait)))
    }

    @Test("it gives up after that many failures in a row")
    func attempts() {
        var schedule = ListenerSchedule(.block(Self.block(attempts: 3, runsOnStart: true)))
        _ = schedule.begin(at: Self.now)

        #expect(schedule.ended(.failed, at: Self.at(60), random: 0) == .start)
        #expect(schedule.ended(.hopeless, at: Self.at(120), random: 0) == .start)
        #expect(schedule.ended(.failed, at: Self.at(180), random: 0) == .giveUp)
    }

    @Test("a healthy while makes failures count from the beginning")
    func health() {
        var schedule = ListenerSchedule(.block(Self.block(attempts: 2, runsOnStart: true)))
        _ = schedule.begin(at: Self.now)

        for round in 1...10 {
            let time = Int64(round) * 1000
            #expect(schedule.ended(.failed, at: Self.at(time), random: 0) == .start)
            #expect(schedule.ended(.afterHealth, at: Self.at(time + 500), random: 0) == .start)
        }
        #expect(schedule.ended(.failed, at: Self.at(20_000), random: 0) == .start)
        #expect(schedule.ended(.failed, at: Self.at(20_060), random: 0) == .giveUp)
    }

    @Test("without a block it never gives up, but for what cannot mend itself")
    func always() {
        let backoff = Backoff(first: .seconds(1), limit: .seconds(4))
        var schedule = ListenerSchedule(.always(backoff))
        _ = schedule.begin(at: Self.now)

        let waits = (0..<5).map { _ in schedule.ended(.failed, at: Self.now, random: 0) }

        #expect(
            waits == [
                .wait(.seconds(1)), .wait(.seconds(2)), .wait(.seconds(4)), .wait(.seconds(4)),
                .wait(.seconds(4)),
            ]
        )
        #expect(schedule.ended(.afterHealth, at: Self.now, random: 1) == .wait(.seconds(0.8)))
        #expect(schedule.ended(.hopeless, at: Self.now, random: 0) == .giveUp)
    }

    @Test("a time of day, of the local clock, is waited for")
    func timeOfDay() {
        var block = Self.block(seconds: 86_400)
        block.minuteOfDay = 9 * 60 + 30
        var schedule = ListenerSchedule(.block(block))

        // 09:30 has passed today.
        #expect(schedule.begin(at: Self.now) == .wait(.seconds(23 * 3600 + 1800)))
    }

    @Test("a time of day that is still to come is today's")
    func timeToday() {
        var block = Self.block(seconds: 86_400)
        block.minuteOfDay = 10 * 60 + 1
        var schedule = ListenerSchedule(.block(block))

        #expect(schedule.begin(at: Self.now) == .wait(.seconds(60)))
    }

    @Test("a day of the week is waited for")
    func weekday() {
        var block = Self.block(seconds: 604_800)
        block.weekday = 3
        block.minuteOfDay = 600
        var schedule = ListenerSchedule(.block(block))

        #expect(schedule.begin(at: Self.now) == .wait(.seconds(2 * 86_400)))
    }

    @Test("a day of the month is waited for; months without it are left out")
    func dayOfMonth() {
        var block = Self.block(months: 1)
        block.day = 31
        block.minuteOfDay = 600
        var schedule = ListenerSchedule(.block(block))

        // From 23 November to 31 December.
        #expect(schedule.begin(at: Self.now) == .wait(.seconds(38 * 86_400)))
    }

    @Test("waits double up to the limit, spread by a fifth down")
    func backoff() {
        var backoff = Backoff(first: .milliseconds(500), limit: .seconds(30))

        #expect(backoff.next(random: 0) == .milliseconds(500))
        #expect(backoff.next(random: 1) == .milliseconds(800))
        for _ in 0..<100 { _ = backoff.next(random: 0) }
        #expect(backoff.next(random: 0) == .seconds(30))
        #expect(backoff.next(random: 1) == .seconds(24))
    }
}
