// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Testing

@Suite("Framing of bytes into events")
struct FramingTests {
    private static let source = EventSource(
        agent: AgentIdentity(id: "000", name: "host"),
        location: "/log"
    )

    /// Feeds chunks and gives the texts, with the framer as it stands then.
    private func frame(
        _ chunks: [[UInt8]],
        _ format: LineFormat,
        finish: Bool = false
    ) -> (texts: [[UInt8]], framer: EventFramer) {
        var buffer = LineBuffer(offset: 0)
        var framer = EventFramer(format: format, offset: 0)
        var batch = EventBatch()
        let time = Timestamp(nanoseconds: 0)
        for chunk in chunks {
            _ = buffer.fill(upTo: chunk.count) { memory in
                memory.copyBytes(from: chunk)
                return chunk.count
            }
            while let line = buffer.nextLine() {
                framer.take(line, of: buffer.bytes.span, from: Self.source, at: time, into: &batch)
            }
        }
        if finish {
            if let line = buffer.takeRemainder() {
                framer.take(line, of: buffer.bytes.span, from: Self.source, at: time, into: &batch)
            }
            let end = Int64(chunks.joined().count)
            framer.finish(endOffset: end, from: Self.source, at: time, into: &batch)
        }
        return (batch.entries.map { Array(batch.bytes[$0.text]) }, framer)
    }

    private func texts(_ text: String, _ format: LineFormat) -> [String] {
        frame([Array(text.utf8)], format).texts.map { String(decoding: $0, as: UTF8.self) }
    }

    private static let record =
        #"{"log":"a\u00e9\n","stream":"stdout","time":"2026-11-23T23:36:15.9Z"}"# + "\n"
        + #"{"log":"par","stream":"stdout","time":"2026-11-23T23:36:16Z"}"# + "\n"
        + #"{"log":"err\n","stream":"stderr","time":"2026-11-23T23:36:16Z"}"# + "\n"
        + #"{"log":"tial\n","stream":"stdout","time":"2026-11-23T23:36:17Z"}"# + "\n"

    @Test(
        "where the input is cut does not change what is framed",
        arguments: [
            ("one\r\n\nthree\nwaits", LineFormat.lines, ["one\r", "", "three"]),
            ("{\"a\": 1}\nno\n{\"b\" : [1, {}]}\n", .json, [#"{"a":1}"#, #"{"b":[1,{}]}"#]),
            ("1\n2\n3\n4\n5\n", .multiLine(2), ["1 2", "3 4"]),
            (record, .dockerJSON, ["aé", "err", "partial"]),
        ]
    )
    func chunking(input: String, format: LineFormat, expected: [String]) {
        let bytes = Array(input.utf8)
        for cut in 0...bytes.count {
            let got = frame([Array(bytes[..<cut]), Array(bytes[cut...])], format)

            #expect(
                got.texts.map { String(decoding: $0, as: UTF8.self) } == expected,
                "cut at \(cut)"
            )
        }
        let bitByBit = frame(bytes.map { [$0] }, format)
        #expect(bitByBit.texts.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("a line of one megabyte is cut and flagged, and the next is whole")
    func longLine() {
        let long = [UInt8](repeating: 0x41, count: 1_000_000)
        let input = long + [0x0A] + Array("next\n".utf8)

        for size in [1_000_006, 65_536, 4096, 65_279, 65_278] {
            let chunks = stride(from: 0, to: input.count, by: size).map {
                Array(input[$0..<min($0 + size, input.count)])
            }
            let (texts, framer) = frame(chunks, .lines)

            #expect(texts.count == 2)
            #expect(texts.first?.count == 65_278)
            #expect(texts.last == Array("next".utf8))
            #expect(framer.counts.truncated == 1)
            #expect(framer.safeOffset == 1_000_006)
        }
    }

    @Test("a line that just fits is not flagged")
    func longestLine() {
        let line = [UInt8](repeating: 0x41, count: 65_278)

        let (texts, framer) = frame([line, [0x0A]], .lines)

        #expect(texts == [line])
        #expect(framer.counts.truncated == 0)
    }

    @Test("a line with NUL is dropped and counted, its neighbours stay")
    func nulBytes() {
        let (texts, framer) = frame([Array("a\nb\0c\nd\n".utf8)], .lines)

        #expect(texts == [Array("a".utf8), Array("d".utf8)])
        #expect(framer.counts.dropped == 1)
        #expect(framer.counts.events == 2)
        #expect(framer.counts.bytes == 2)
    }

    @Test("bytes that are not UTF-8 pass unchanged")
    func invalidUTF8() {
        let (texts, _) = frame([[0xFF, 0xFE, 0xC3, 0x0A]], .lines)

        #expect(texts == [[0xFF, 0xFE, 0xC3]])
    }

    @Test(
        "only JSON objects pass as JSON",
        arguments: [
            (#"{"a":"x\"}"}"#, true), ("{ }", true), (#"{"a":[[{"b":null}],-1.5e3,true]}"#, true),
            ("[1]", false), (#"{"a":}"#, false), (#"{"a" 1}"#, false), (#"{"a":1,}"#, false),
            (#"{"a":1} x"#, false), (#"{"a":"#, false), ("", false), (#"{"a":tru}"#, false),
            (#"{"a":"x}"#, false), (#"{"a\"#, false), ("{\"a\":[}", false),
        ]
    )
    func jsonObjects(line: String, passes: Bool) {
        let (texts, framer) = frame([Array((line + "\n").utf8)], .json)

        #expect(texts.count == (passes ? 1 : 0))
        #expect(framer.counts.dropped == (passes ? 0 : 1))
    }

    @Test("a JSON line nested ten thousand deep is dropped, not followed")
    func deepJSON() {
        let line = String(repeating: #"{"a":"#, count: 10_000) + "\n"

        #expect(texts(line, .json).isEmpty)
    }

    @Test(
        "Docker's escapes become the bytes they stand for",
        arguments: [
            (#"tab\tquote\"slash\/back\\"#, "tab\tquote\"slash/back\\"),
            (#"\u003cscript\u003e\u0026"#, "<script>&"), (#"\ud83d\ude00"#, "😀"),
            (#"\ud83d!"#, "\u{FFFD}!"), (#"\ude00"#, "\u{FFFD}"), (#"\x41"#, #"\x41"#),
            (#"\u12"#, #"\u12"#), ("é", "é"),
        ]
    )
    func escapes(log: String, text: String) {
        let record = #"{"log":"\#(log)\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"

        #expect(texts(record, .dockerJSON) == [text])
    }

    @Test(
        "a line that is no record is passed on as it stands and counted",
        arguments: [
            #"{"log":"half"#, #"{"log":1}"#, "plain", "[]", #"{"log":"a"} x"#, #"{"log":"a","#,
            #"{"stream":"stdout"}"#, #"{"log":"a\"#, "{",
        ]
    )
    func malformedRecords(line: String) {
        let (texts, framer) = frame([Array((line + "\n").utf8)], .dockerJSON)

        #expect(texts == [Array(line.utf8)])
        #expect(framer.counts.malformed == 1)
    }

    @Test("attributes and members in any order are walked over")
    func recordOrder() {
        let record =
            #"{"time":"2026-01-01T00:00:00Z","attrs":{"log":"no\n","x":[{"y":"}"}]},"#
            + #" "stream" : "stderr" , "log" : "yes\n"}"#

        #expect(texts(record + "\n", .dockerJSON) == ["yes"])
    }

    @Test("the carriage return that a terminal adds is not part of the line")
    func terminal() {
        let record = #"{"log":"a\rb\r\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}"#

        #expect(texts(record + "\n", .dockerJSON) == ["a\rb"])
    }

    @Test("an unfinished line holds the position back, and is an event at the end")
    func unfinishedRecord() {
        let first = #"{"log":"a\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"
        let part = #"{"log":"b","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"
        let input = [Array((first + part).utf8)]

        let open = frame(input, .dockerJSON)
        let closed = frame(input, .dockerJSON, finish: true)

        #expect(open.texts == [[0x61]])
        #expect(open.framer.safeOffset == Int64(first.utf8.count))
        #expect(closed.texts == [[0x61], [0x62]])
        #expect(closed.framer.safeOffset == Int64((first + part).utf8.count))
    }

    @Test("parts of a line beyond the limit are cut, however many come")
    func endlessParts() {
        let text = String(repeating: "x", count: 16_384)
        let part = #"{"log":"\#(text)","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"
        let last = #"{"log":"end\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"
        let input = Array((String(repeating: part, count: 9) + last).utf8)

        let (texts, framer) = frame([input], .dockerJSON)

        #expect(texts.map(\.count) == [65_278])
        #expect(framer.counts.truncated == 1)
    }
}

@Suite("Records of old logs")
struct RecordReplayTests {
    @Test(
        "a record's time is exact to the nanosecond",
        arguments: [
            ("1970-01-01T00:00:00Z", Int64(0)),
            ("2026-11-23T23:36:15.959496885Z", 1_795_476_975_959_496_885),
            ("2026-11-24T01:36:15.959496885+02:00", 1_795_476_975_959_496_885),
            ("2026-11-23T23:36:15.95Z", 1_795_476_975_950_000_000),
            ("2026-11-23T23:36:15.9594968859999Z", 1_795_476_975_959_496_885),
            ("2024-02-29T12:00:00Z", 1_709_208_000_000_000_000),
            ("2026-13-01T00:00:00Z", 0), ("2026-01-01 00:00:00Z", 0), ("", 0),
            ("2026-01-01T00:00:00", 0), ("2026-01-01T00:00:00.Z", 0), ("0001-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00:00+02", 0), ("9999-01-01T00:00:00Z", 0),
        ]
    )
    func times(text: String, nanoseconds: Int64) {
        let line = Array(#"{"log":"x\n","stream":"stdout","time":"\#(text)"}"#.utf8)
        let source = EventSource(agent: AgentIdentity(id: "000", name: ""), location: "f")
        var replay = RecordReplay(source: source)

        let isRecord = replay.take(line.span)

        #expect(isRecord)
        #expect(replay.lines.entries.map(\.originNanoseconds) == [nanoseconds])
    }
}
