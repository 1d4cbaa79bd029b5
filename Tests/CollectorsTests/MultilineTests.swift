// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Testing

@Suite("Traces in containers' logs")
struct MultilineTests {
    private static let source = EventSource(
        agent: AgentIdentity(id: "000", name: "host"),
        location: "docker"
    )

    private static let java = """
        2026-11-27 ERROR request failed
        java.lang.IllegalStateException: no
        \tat a.B.c(B.java:1)
        \tat a.D.e(D.java:2)
        Caused by: java.io.IOException: gone
        \tat f.G.h(G.java:3)
        \t... 2 more
        """
    private static let python = """
        Traceback (most recent call last):
          File "a.py", line 1, in <module>
            f()
        ValueError: no

        During handling of the above exception, another exception occurred:

        Traceback (most recent call last):
          File "a.py", line 2, in <module>
        KeyError: 'x'
        """
    private static let go = """
        panic: runtime error: index out of range [3] with length 3

        goroutine 1 [running]:
        main.main()
        \t/app/main.go:8 +0x1d
        net/http.(*conn).serve(0xc000, {0x1, 0x2})
        \t/usr/lib/go/server.go:1 +0x2
        created by main.start
        \t/app/main.go:3 +0x3
        exit status 2
        """
    private static let node = """
        /app/x.js:10
            throw new Error('no')
            ^

        Error: no
            at f (/app/x.js:10:11)
            at Object.<anonymous> (/app/x.js:12:1) {
          code: 'ENOENT'
        }

        Node.js v18.0.0
        """

    @Test(
        "a trace is one event, the lines about it are their own",
        arguments: [
            ("java", java, 1), ("python", python, 0), ("go", go, 0), ("node", node, 0),
            ("auto", java, 1), ("auto", python, 0), ("auto", go, 0), ("auto", node, 0),
        ]
    )
    func traces(label: String, trace: String, linesBefore: Int) throws {
        let got = try frame("before\n\(trace)\nafter 1\nafter 2\n", label: label)

        let lines = trace.split(separator: "\n", omittingEmptySubsequences: false)
        let head = lines.prefix(linesBefore).map(String.init)
        let rest = lines.dropFirst(linesBefore).joined(separator: "\n")
        #expect(got.events == ["before"] + head + [rest, "after 1"])
        #expect(got.rest == ["after 2"])
    }

    @Test("what looks like a trace in another language stays apart")
    func otherLanguage() throws {
        let got = try frame("\(Self.go)\nx\n", label: "python")

        #expect(got.events.count == 10)
    }

    @Test("an expression tells the first line of each event")
    func expression() throws {
        let got = try frame("[1] a\n b\nc\n[2] d\n", label: #"^\[\d+\]"#)

        #expect(got.events == ["[1] a\n b\nc"])
        #expect(got.rest == ["[2] d"])
    }

    @Test("a label that is no expression gives no rule", arguments: ["", "(", "["])
    func badLabel(label: String) {
        #expect(MultilineRule(label: label) == nil)
    }

    @Test("without a rule lines stay apart and nothing waits")
    func off() throws {
        let got = try frame("\(Self.java)\n", label: nil)

        #expect(got.events.count == 7)
        #expect(got.rest.isEmpty)
        #expect(got.framer.patience == nil)
    }

    @Test("lines of standard error do not break a trace of standard output")
    func outputs() throws {
        var input = Self.record("E: x", "stdout") + Self.record("err", "stderr")
        input += Self.record("\\tat a.B", "stdout") + Self.record("end", "stdout")

        let got = try frame(records: input, label: "java")

        #expect(got.events == ["E: x\n\tat a.B"])
        #expect(got.rest.sorted() == ["end", "err"])
    }

    @Test("an event that waits holds the position back")
    func position() throws {
        let first = Self.record("a", "stdout")
        let got = try frame(records: first + Self.record("b", "stdout"), label: "auto")

        #expect(got.events == ["a"])
        #expect(got.framer.safeOffset == Int64(first.utf8.count))
        #expect(got.framer.patience == .seconds(1))
    }

    @Test("a trace without end is cut into events of a thousand lines")
    func endless() throws {
        let got = try frame("head\n" + String(repeating: "\tat a.B\n", count: 2500), label: "java")

        #expect(got.events.map { $0.split(separator: "\n").count } == [1000, 1000])
        #expect(got.rest.map { $0.split(separator: "\n").count } == [501])
    }

    private func frame(
        _ text: String,
        label: String?
    ) throws -> (events: [String], rest: [String], framer: EventFramer) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let records = lines.map { line in
            Self.record(
                line.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#)
                    .replacing("\t", with: #"\t"#),
                "stdout"
            )
        }
        return try frame(records: records.joined(), label: label)
    }

    private func frame(
        records: String,
        label: String?
    ) throws -> (events: [String], rest: [String], framer: EventFramer) {
        var options = FramingOptions()
        if let label { options.multiline = MultilineRule(label: label) }
        var buffer = LineBuffer(offset: 0)
        var framer = EventFramer(format: .dockerJSON, options: options, offset: 0)
        let input = Array(records.utf8)
        _ = buffer.fill(upTo: input.count) {
            $0.copyBytes(from: input)
            return input.count
        }
        let time = Timestamp(nanoseconds: 0)
        var batch = EventBatch()
        framer.takeLines(of: &buffer, from: Self.source, at: time, into: &batch)
        let before = framer
        var rest = EventBatch()
        framer.flush(endOffset: buffer.offset, from: Self.source, at: time, into: &rest)
        #expect(framer.counts.malformed == 0)
        return (Self.texts(batch), Self.texts(rest), before)
    }

    private static func record(_ log: some StringProtocol, _ stream: String) -> String {
        #"{"log":"\#(log)\n","stream":"\#(stream)","time":"2026-01-01T00:00:00Z"}"# + "\n"
    }

    private static func texts(_ batch: EventBatch) -> [String] {
        batch.entries.map { String(decoding: batch.bytes[$0.text], as: UTF8.self) }
    }
}
