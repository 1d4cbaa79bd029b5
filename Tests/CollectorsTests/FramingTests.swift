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
        _ options: FramingOptions = FramingOptions(),
        finish: Bool = false
    ) -> (texts: [[UInt8]], framer: EventFramer) {
        var buffer = LineBuffer(offset: 0, limit: options.lineLimit)
        var framer = EventFramer(format: format, options: options, offset: 0)
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
            ("one\r\n\nthree\nwaits", LineFormat.lines, ["one", "", "three"]),
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

    @Test("a line of three megabytes is cut and flagged, and the next is whole")
    func longLine() {
        let long = [UInt8](repeating: 0x41, count: 3_000_000)
        let input = long + [0x0A] + Array("next\n".utf8)

        for size in [3_000_006, 65_536, 4096, 1_048_577, 1_048_576] {
            let chunks = stride(from: 0, to: input.count, by: size).map {
                Array(input[$0..<min($0 + size, input.count)])
            }
            let (texts, framer) = frame(chunks, .lines)

            #expect(texts.map(\.count) == [1_048_576, 4])
            #expect(texts.last == Array("next".utf8))
            #expect(framer.counts.truncated == 1)
            #expect(framer.safeOffset == 3_000_006)
        }
    }

    @Test("a cut event says that it is, its neighbour does not")
    func marked() {
        var buffer = LineBuffer(offset: 0, limit: 4)
        var framer = EventFramer(format: .lines, offset: 0)
        var batch = EventBatch()
        let input = Array("12345\n1234\n".utf8)
        _ = buffer.fill(upTo: input.count) {
            $0.copyBytes(from: input)
            return input.count
        }

        framer.takeLines(
            of: &buffer,
            from: Self.source,
            at: Timestamp(nanoseconds: 0),
            into: &batch
        )

        #expect(batch.entries.map(\.isTruncated) == [true, false])
        #expect(framer.counts.truncated == 1)
    }

    @Test("a line that just fits is not flagged")
    func longestLine() {
        let line = [UInt8](repeating: 0x41, count: 1_048_576)

        let (texts, framer) = frame([line, [0x0A]], .lines)

        #expect(texts == [line])
        #expect(framer.counts.truncated == 0)
    }

    @Test("Wazuh's limit can be asked for")
    func wazuhLimit() {
        var options = FramingOptions()
        options.lineLimit = 65_278

        let (texts, framer) = frame(
            [[UInt8](repeating: 0x41, count: 65_279), [0x0A]],
            .lines,
            options
        )

        #expect(texts.map(\.count) == [65_278])
        #expect(framer.counts.truncated == 1)
    }

    @Test("a NUL within a line is a byte as any other, before it a hole in the file")
    func nulBytes() {
        let (texts, framer) = frame([Array("a\nb\0c\n\0\0d\n".utf8)], .lines)

        #expect(texts == [Array("a".utf8), Array("b\0c".utf8), Array("d".utf8)])
        #expect(framer.counts.dropped == 0)
        #expect(framer.counts.bytes == 5)
    }

    @Test("the line behind a hole that is longer than any line is whole")
    func hole() {
        let hole = [UInt8](repeating: 0, count: 700_000)
        let (texts, framer) = frame([hole, hole, hole, Array("line\nnext\n".utf8)], .lines)

        #expect(texts == [Array("line".utf8), Array("next".utf8)])
        #expect(framer.counts.truncated == 0)
        #expect(framer.safeOffset == 2_100_010)
    }

    @Test("a byte order mark is no part of the first line, and only there none")
    func byteOrderMark() {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let (texts, _) = frame([mark + [0x61, 0x0A] + mark + [0x62, 0x0A]], .lines)

        #expect(texts == [[0x61], mark + [0x62]])
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

    @Test(
        "a container's line of any length is whole, or cut and counted at one megabyte",
        arguments: [
            (0, 0, false), (16_383, 16_383, false), (16_384, 16_384, false),
            (16_385, 16_385, false), (65_536, 65_536, false), (1 << 20, 1 << 20, false),
            ((1 << 20) + 1, 1 << 20, true), (16 << 20, 1 << 20, true),
        ]
    )
    func containerLines(length: Int, kept: Int, isCut: Bool) {
        var input: [UInt8] = []
        Self.appendRecords(of: length, to: &input)
        Self.appendRecords(of: 3, to: &input)
        let chunks = stride(from: 0, to: input.count, by: 256 << 10).map {
            Array(input[$0..<min($0 + 256 << 10, input.count)])
        }

        let (texts, framer) = frame(chunks, .dockerJSON)

        #expect(texts.map(\.count) == [kept, 3])
        #expect(texts.first?.allSatisfy { $0 == 0x78 } == true)
        #expect(framer.counts.truncated == (isCut ? 1 : 0))
        #expect(framer.counts.malformed == 0)
        #expect(framer.safeOffset == Int64(input.count))
    }

    @Test("a part of which every byte is escaped is no longer than a line may be")
    func escapedPart() {
        let text = String(repeating: #"\u0001"#, count: 16_384)
        let part = #"{"log":"\#(text)","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"
        let last = #"{"log":"\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}"# + "\n"

        let (texts, framer) = frame([Array((part + last).utf8)], .dockerJSON)

        #expect(texts == [[UInt8](repeating: 1, count: 16_384)])
        #expect(framer.counts.malformed == 0)
    }

    /// A line as Docker writes it: parts of 16 KiB, the newline in the last.
    private static func appendRecords(of length: Int, to output: inout [UInt8]) {
        var rest = length
        repeat {
            let part = min(rest, 16_384)
            rest -= part
            // A line that fills its parts to the byte gets its newline alone.
            let isLast = rest == 0 && part < 16_384
            output += Array(#"{"log":""#.utf8)
            output += [UInt8](repeating: 0x78, count: part)
            output += Array((isLast ? #"\n"# : "").utf8)
            output += Array(#"","stream":"stdout","time":"2026-01-01T00:00:00Z"}"#.utf8)
            output.append(0x0A)
            if isLast { return }
        } while rest > 0
        output += Array(#"{"log":"\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}"#.utf8)
        output.append(0x0A)
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
