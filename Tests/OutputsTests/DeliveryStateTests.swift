// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Outputs
import Testing

@Suite("What an output does next")
struct DeliveryStateTests {
    private static func waiting(_ alerts: [OutputAlert]) -> [DeliveryState.Waiting] {
        alerts.map { DeliveryState.Waiting(alert: $0, arrival: Samples.noon) }
    }

    @Test("an alert is sent at once, and then there is nothing to do")
    func single() throws {
        var state = DeliveryState()
        let alert = try Samples.alert(1)
        let policy = DeliveryPolicy()

        #expect(state.next(Self.waiting([alert]), policy, at: Samples.time()) == .send(1))
        state.sent([alert], policy, at: Samples.time())
        #expect(state.next([], policy, at: Samples.time()) == .wait(until: nil))
    }

    @Test("repeats are counted, and told as one when their time is over")
    func repeats() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        policy.repeatSeconds = 60
        let alert = try Samples.alert(1)

        #expect(state.next(Self.waiting([alert, alert]), policy, at: Samples.time()) == .send(1))
        state.sent([alert], policy, at: Samples.time())
        #expect(state.next(Self.waiting([alert]), policy, at: Samples.time(1)) == .counted)
        #expect(state.next(Self.waiting([alert]), policy, at: Samples.time(2)) == .counted)
        #expect(state.countedAlerts == 2)
        #expect(
            state.next([], policy, at: Samples.time(3))
                == .wait(until: Samples.time(60).nanoseconds)
        )
        guard case .tell(let held) = state.next([], policy, at: Samples.time(60)) else {
            Issue.record("nothing is told")
            return
        }
        #expect((held.count, held.ruleID, held.container) == (2, 31103, "shop"))
        state.told(held, policy, at: Samples.time(60))
        #expect(state.next([], policy, at: Samples.time(61)) == .wait(until: nil))
        #expect(state.next(Self.waiting([alert]), policy, at: Samples.time(61)) == .counted)
        #expect(state.next([], policy, at: Samples.time(200)) != .wait(until: nil))
    }

    @Test("another rule is no repeat")
    func otherRule() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        policy.repeatSeconds = 60
        state.sent([try Samples.alert(1)], policy, at: Samples.time())

        let other = Self.waiting([try Samples.alert(2, rule: 31106)])
        #expect(state.next(other, policy, at: Samples.time(1)) == .send(1))
    }

    @Test("more messages than the rate wait, and are then one")
    func rate() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        policy.rate = DeliveryPolicy.Rate(messages: 2, seconds: 60)
        (policy.mergesUpTo, policy.mergesFrom) = (10, 2)
        let alerts = try (1...5).map { try Samples.alert($0) }

        for second in 0..<2 {
            let step = state.next(
                Self.waiting([alerts[second]]),
                policy,
                at: Samples.time(Int64(second))
            )
            #expect(step == .send(1))
            state.sent([alerts[second]], policy, at: Samples.time(Int64(second)))
        }
        let rest = Self.waiting(Array(alerts[2...]))
        #expect(
            state.next(rest, policy, at: Samples.time(2))
                == .wait(until: Samples.time(60).nanoseconds)
        )
        #expect(state.next(rest, policy, at: Samples.time(60)) == .send(3))
    }

    @Test("as many as a message may carry are merged, also when merging begins with more")
    func smallMerge() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        (policy.mergesUpTo, policy.mergesFrom) = (3, 10)
        let alerts = try (1...5).map { try Samples.alert($0) }

        #expect(state.next(Self.waiting(alerts), policy, at: Samples.time()) == .send(3))
        #expect(state.next(Self.waiting([alerts[0]]), policy, at: Samples.time()) == .send(1))
    }

    @Test("mail waits for more, but no longer than it was told to")
    func collecting() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        (policy.collectSeconds, policy.mergesUpTo) = (90, 3)
        let alerts = Self.waiting(try (1...3).map { try Samples.alert($0) })

        let ripe = Samples.time(90).nanoseconds
        #expect(state.next([alerts[0]], policy, at: Samples.time(10)) == .wait(until: ripe))
        #expect(state.next(Array(alerts[..<2]), policy, at: Samples.time(90)) == .send(2))
        #expect(state.next(alerts, policy, at: Samples.time(10)) == .send(3))
    }

    @Test("in quiet hours alerts below the level are counted until the end, others are told")
    func quiet() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        policy.quiet = QuietHours("12:00-13:00", exceptLevel: 12)
        let low = Self.waiting([try Samples.alert(1)])
        let high = Self.waiting([try Samples.alert(2, rule: 5712, level: 12)])

        #expect(state.next(low, policy, at: Samples.time()) == .counted)
        #expect(state.next(high, policy, at: Samples.time(1)) == .send(1))
        // 12:46:15 to 13:00:00.
        let end = Samples.time(825).nanoseconds
        #expect(state.next([], policy, at: Samples.time(2)) == .wait(until: end))
        guard case .tell(let held) = state.next([], policy, at: Samples.time(825)) else {
            Issue.record("nothing is told")
            return
        }
        #expect(held.count == 1)
    }

    @Test(
        "quiet hours over midnight, by local time",
        arguments: [
            ("22:00-07:00", 0, false), ("22:00-07:00", 10 * 3600, true), ("12:46-12:47", 0, true),
            ("12:47-12:46", 0, false), ("00:00-23:59", 0, true),
        ]
    )
    func quietClock(text: String, offset: Int32, isQuiet: Bool) throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        policy.quiet = QuietHours(text, exceptLevel: 12)
        let step = state.next(
            Self.waiting([try Samples.alert(1)]),
            policy,
            at: Samples.time(offset: offset)
        )

        #expect(step == (isQuiet ? .counted : .send(1)))
    }

    @Test(
        "what is no span of hours is none",
        arguments: [
            "", "22:00", "22:00-22:00", "24:00-07:00", "22:60-07:00", "-1:00-07:00", "a-b", "1-2-3",
        ]
    )
    func badQuiet(text: String) {
        #expect(QuietHours(text, exceptLevel: 12) == nil)
    }

    @Test("a clock that goes back holds nothing up for ever")
    func clockBack() throws {
        var state = DeliveryState()
        var policy = DeliveryPolicy()
        policy.rate = DeliveryPolicy.Rate(messages: 1, seconds: 60)
        state.sent([try Samples.alert(1)], policy, at: Samples.time(100_000))

        let next = Self.waiting([try Samples.alert(2)])
        #expect(state.next(next, policy, at: Samples.time()) == .send(1))
    }
}
