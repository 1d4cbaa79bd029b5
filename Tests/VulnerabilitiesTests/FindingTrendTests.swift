// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Vulnerabilities

@Suite("Findings day by day")
struct FindingTrendTests {
    private func day(_ name: String, high: Int) -> FindingTrend.Day {
        var day = FindingTrend.Day(day: name)
        day.images = 1
        day.counts = [.high: high]
        return day
    }

    @Test("the last look of a day counts, and comes back from its text")
    func days() {
        var trend = FindingTrend()
        let is0 = trend.take(day("2026-11-26", high: 3))
        let is1 = trend.take(day("2026-11-27", high: 4))
        let is2 = trend.take(day("2026-11-27", high: 2))
        let isSame = trend.take(day("2026-11-27", high: 2))
        #expect([is0, is1, is2, isSame] == [true, true, true, false])
        #expect(trend.days.map(\.day) == ["2026-11-26", "2026-11-27"])
        #expect(trend.days.map { $0.counts[.high] } == [3, 2])
        #expect(FindingTrend(bytes: trend.bytes) == trend)
    }

    @Test("a clock that was wrong leaves its days in order; a year is kept")
    func bounded() {
        var trend = FindingTrend()
        for number in 0..<400 {
            _ = trend.take(day(CalendarDay.text(Int64(number) * 86_400), high: number))
        }
        #expect(trend.days.count == 366)
        #expect(trend.days.last?.day == "1971-02-04")
        _ = trend.take(day("1970-12-31", high: 1))
        #expect(trend.days.map(\.day) == trend.days.map(\.day).sorted())
        #expect(trend.days.count == 366)
    }

    @Test("bytes of another form are no days")
    func damaged() {
        #expect(FindingTrend(bytes: []).days == [])
        let odd =
            #"{"days": [{"day": "soon"}, 3, {"day": "2026-01-02", "high": -4, "images": 1e99}]}"#
        let read = FindingTrend(bytes: Array(odd.utf8))
        #expect(read.days.map(\.day) == ["2026-01-02"])
        #expect(read.days.first?.counts == [:])
        #expect(read.days.first?.images == 1_000_000_000)
    }

    @Test(
        "days are counted from 1970 on",
        arguments: [
            ("1970-01-01", 0 as Int64?), ("2000-02-29T10:00:00Z", 951_782_400),
            ("2026-11-27", 1_795_737_600), ("1969-12-31", nil), ("2026-13-01", nil), ("", nil),
            ("2026-1-1", nil), ("abcd-ef-gh", nil),
        ]
    )
    func seconds(text: String, seconds: Int64?) {
        #expect(CalendarDay.seconds(text) == seconds)
    }
}
