// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@Suite("times")
struct TimestampTests {
    @Test(
        "local time is written as Wazuh writes it",
        arguments: [
            (1_769_940_000_123_456_789, 0, "2026-02-01T10:00:00.123+0000"),
            (1_769_940_000_000_000_000, 19_800, "2026-02-01T15:30:00.000+0530"),
            (1_769_940_000_000_000_000, -12_600, "2026-02-01T06:30:00.000-0330"),
            (951_782_399_999_000_000, 0, "2000-02-28T23:59:59.999+0000"),
            (951_782_400_000_000_000, 0, "2000-02-29T00:00:00.000+0000"),
            (0, 0, "1970-01-01T00:00:00.000+0000"),
            (-1, 0, "1969-12-31T23:59:59.999+0000"),
        ] as [(Int64, Int32, String)]
    )
    func writes(nanoseconds: Int64, offset: Int32, text: String) {
        var output: [UInt8] = []
        Timestamp(nanoseconds: nanoseconds, utcOffsetSeconds: offset)
            .appendISO8601(to: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test("a date goes to seconds and back, weekday included")
    func roundTrip() {
        let seconds = CalendarTime.secondsSinceEpoch(
            year: 2026,
            month: 11,
            day: 23,
            hour: 12,
            minute: 46,
            second: 15
        )
        #expect(seconds == 1_795_437_975)
        let time = CalendarTime(secondsSinceEpoch: 1_795_437_975)
        #expect(time.weekday == 1)
        #expect((time.year, time.month, time.day) == (2026, 11, 23))
        #expect((time.hour, time.minute, time.second) == (12, 46, 15))
    }

    @Test("what is no date has no seconds")
    func noDate() {
        #expect(
            CalendarTime.secondsSinceEpoch(
                year: 2026,
                month: 13,
                day: 1,
                hour: 0,
                minute: 0,
                second: 0
            ) == nil
        )
        #expect(
            CalendarTime.secondsSinceEpoch(
                year: 0,
                month: 1,
                day: 1,
                hour: 0,
                minute: 0,
                second: 0
            ) == nil
        )
    }

    @Test("the ends of time do not trap", arguments: [Int64.min, Int64.max])
    func extremes(nanoseconds: Int64) {
        var output: [UInt8] = []
        Timestamp(nanoseconds: nanoseconds).appendISO8601(to: &output)
        #expect(!output.isEmpty)
    }
}

@Suite("writing bytes")
struct ByteWritingTests {
    @Test(
        "JSON strings escape quotes, backslashes and control bytes, nothing else",
        arguments: [
            ([0x61], "\"a\""), ([], "\"\""), ([0x22, 0x5C], "\"\\\"\\\\\""),
            ([0x08, 0x09, 0x0A, 0x0C, 0x0D], "\"\\b\\t\\n\\f\\r\""),
            ([0x00, 0x1F, 0x7F], "\"\\u0000\\u001f\u{7F}\""), ([0x2F], "\"/\""),
            ([0xC3, 0xA9], "\"é\""),
        ] as [([UInt8], String)]
    )
    func jsonString(bytes: [UInt8], text: String) {
        var output: [UInt8] = []
        output.appendJSONString(bytes.span)
        #expect(output == [UInt8](text.utf8))
    }

    @Test("bytes that are no UTF-8 pass as they are")
    func invalid() {
        var output: [UInt8] = []
        output.appendJSONString([0xFF, 0xFE].span)
        #expect(output == [0x22, 0xFF, 0xFE, 0x22])
    }

    @Test(
        "numbers in decimal",
        arguments: [
            (0, "0"), (7, "7"), (-42, "-42"), (Int64.max, "9223372036854775807"),
            (Int64.min, "-9223372036854775808"),
        ] as [(Int64, String)]
    )
    func decimal(value: Int64, text: String) {
        var output: [UInt8] = []
        output.appendDecimal(value)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test(
        "zeros in front",
        arguments: [(0, 2, "00"), (7, 3, "007"), (123, 2, "123"), (99, 2, "99")]
    )
    func padded(value: Int, width: Int, text: String) {
        var output: [UInt8] = []
        output.appendPadded(value, width: width)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }
}

@Suite("containers, batches, diagnostics")
struct EventModelTests {
    @Test("a container's fields and JSON, labels whole, empty parts left out")
    func identity() {
        let web = ContainerIdentity(
            id: "ab12",
            name: "/web",
            image: "nginx",
            imageID: "",
            labels: ["com.docker.compose.project": "shop", "a.b": "\"x\""]
        )

        #expect(web.name == "web")
        #expect(
            String(decoding: web.json, as: UTF8.self)
                == #"{"id":"ab12","name":"web","image":"nginx","compose":{"project":"shop"},"#
                + #""labels":{"a.b":"\"x\"","com.docker.compose.project":"shop"}}"#
        )
        #expect(
            web.fields.map(\.name) == [
                "container.id", "container.name", "container.image",
                "container.compose.project", "container.labels.a.b",
                "container.labels.com.docker.compose.project",
            ]
        )
    }

    @Test("a batch keeps texts, order and each run's source")
    func batch() {
        let agent = AgentIdentity(id: "000", name: "m")
        let one = EventSource(agent: agent, location: "/a")
        let two = EventSource(agent: agent, location: "/b")
        var batch = EventBatch()
        batch.append([1, 2], from: one, at: Timestamp(nanoseconds: 1))
        batch.append([3], from: one, at: Timestamp(nanoseconds: 2))
        batch.append([], from: two, at: Timestamp(nanoseconds: 3), originNanoseconds: 9)

        #expect(batch.bytes == [1, 2, 3])
        #expect(batch.entries.map(\.text) == [0..<2, 2..<3, 3..<3])
        #expect(batch.entries.map(\.source) == [0, 0, 1])
        #expect(batch.sources.count == 2)
        #expect(batch.entries[2].originNanoseconds == 9)
        batch.removeAll()
        #expect(batch.isEmpty)
    }

    @Test("a diagnostic reads as a compiler's")
    func diagnostic() {
        let finding = Diagnostic(
            .error,
            code: "bad-value",
            file: "ossec.conf",
            line: 3,
            column: 5,
            message: "<interval> is \"x\"",
            hint: "write 10m"
        )
        #expect(
            "\(finding)" == "ossec.conf:3:5: error: <interval> is \"x\" (write 10m) [bad-value]"
        )
    }

    @Test("names of static fields are those of <order>")
    func staticFields() {
        #expect(StaticField(orderName: "user") == .dstuser)
        #expect(StaticField(orderName: "extra_data") == .extraData)
        #expect(StaticField(orderName: "SRCIP") == nil)
        #expect(StaticField.allCases.count == StaticField.count)
    }
}
