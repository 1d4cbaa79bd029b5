// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Patterns
import Testing

@Suite("Formats of a localfile")
struct FormatTests {
    private static let source = EventSource(
        agent: AgentIdentity(id: "000", name: "host"),
        location: "/log"
    )
    private let time = Timestamp(nanoseconds: 1_795_476_975_000_000_000)

    /// The events of a text, and those that its end makes.
    private func frame(
        _ text: String,
        _ format: LineFormat,
        _ options: FramingOptions = FramingOptions()
    ) -> (texts: [String], rest: [String], framer: EventFramer) {
        var buffer = LineBuffer(offset: 0)
        var framer = EventFramer(format: format, options: options, offset: 0)
        let input = Array(text.utf8)
        _ = buffer.fill(upTo: input.count) {
            $0.copyBytes(from: input)
            return input.count
        }
        var batch = EventBatch()
        framer.takeLines(of: &buffer, from: Self.source, at: time, into: &batch)
        let before = framer
        var rest = EventBatch()
        framer.flush(endOffset: buffer.offset, from: Self.source, at: time, into: &rest)
        return (texts(batch), texts(rest), before)
    }

    private func texts(_ batch: EventBatch) -> [String] {
        batch.entries.map { String(decoding: batch.bytes[$0.text], as: UTF8.self) }
    }

    private func regex(
        _ pattern: String,
        _ match: MultiLineRegex.Match,
        _ replacement: MultiLineRegex.Replacement = .blank
    ) throws -> LineFormat {
        .multiLineRegex(
            MultiLineRegex(
                pattern: try LinePattern(pattern, kind: .pcre2),
                match: match,
                replacement: replacement,
                timeoutSeconds: 5
            )
        )
    }

    @Test("a line that matches start opens an event, and the first line is never lost")
    func regexStart() throws {
        let got = frame("x\nA 1\n 2\nA 3\n 4\n", try regex("^A", .start))

        #expect(got.texts == ["x", "A 1  2"])
        #expect(got.rest == ["A 3  4"])
        // Half an event is read again after a restart.
        #expect(got.framer.safeOffset == 9)
        #expect(got.framer.patience == .seconds(5))
    }

    @Test("a line that matches end closes an event")
    func regexEnd() throws {
        let got = frame("1\n2;\n3;\n4\n", try regex(";$", .end))

        #expect(got.texts == ["1 2;", "3;"])
        #expect(got.rest == ["4"])
    }

    @Test("lines are gathered until all of them match")
    func regexAll() throws {
        let got = frame("<a>\n1\n</a>\n<a>\n", try regex("<a>.*</a>", .all))

        #expect(got.texts == ["<a> 1 </a>"])
        #expect(got.rest == ["<a>"])
    }

    @Test(
        "what takes the place of a line end is as asked",
        arguments: [
            (MultiLineRegex.Replacement.unchanged, "A\n1"), (.removed, "A1"), (.blank, "A 1"),
            (.tab, "A\t1"),
        ]
    )
    func replacement(_ replacement: MultiLineRegex.Replacement, text: String) throws {
        #expect(frame("A\n1\n", try regex("^A", .start, replacement)).rest == [text])
    }

    @Test("an event by all that never matches does not grow without end")
    func regexAllBound() throws {
        let line = String(repeating: "x", count: 999) + "\n"
        let got = frame(String(repeating: line, count: 200), try regex("never", .all))

        #expect(got.texts.count == 3)
        #expect(got.texts.allSatisfy { $0.utf8.count < 67_000 })
    }

    @Test("records of one audit event become one, others stay apart")
    func audit() {
        let text = """
            type=SYSCALL msg=audit(1.1:9): a
            type=CWD msg=audit(1.1:9): b
            type=PATH msg=audit(1.1:10): c
            no audit
            type=X msg=audit(1.1:11): d

            """
        let got = frame(text, .audit)

        #expect(
            got.texts == [
                "type=SYSCALL msg=audit(1.1:9): a type=CWD msg=audit(1.1:9): b",
                "type=PATH msg=audit(1.1:10): c", "no audit",
            ]
        )
        #expect(got.rest == ["type=X msg=audit(1.1:11): d"])
        #expect(got.framer.patience == .seconds(1))
    }

    @Test("labels are members of a JSON line, a dot makes an object")
    func labels() {
        var options = FramingOptions()
        options.labels = JSONLabels([
            ("env", "a\"b"), ("app.name", "x"), ("app.tier", "y"),
        ])

        let got = frame("{\"k\" : 1}\n{}\nno\n", .json, options)

        let members = #""env":"a\"b","app":{"name":"x","tier":"y"}"#
        #expect(got.texts == ["{\"k\":1,\(members)}", "{\(members)}"])
        #expect(got.framer.counts.dropped == 1)
        #expect(JSONLabels([]) == nil)
    }

    @Test("ignore leaves out what matches, restrict what does not, and both are counted")
    func filter() throws {
        var options = FramingOptions()
        var filter = LineFilter()
        filter.ignores = [try LinePattern("^debug", kind: .pcre2)]
        filter.restricts = [
            try LinePattern("error|warn", kind: .osmatch),
            try LinePattern("\\d\\d", kind: .osregex),
        ]
        options.filter = filter

        let got = frame("debug error\nerror\nnote\nnote 42\n", .lines, options)

        #expect(got.texts == ["error", "note 42"])
        #expect(got.framer.counts.ignored == 2)
        #expect(got.framer.counts.events == 2)
        // What is left out is done with.
        #expect(got.framer.safeOffset == 31)
    }

    @Test("the filter sees the joined text")
    func filterAfterJoining() throws {
        var options = FramingOptions()
        var filter = LineFilter()
        filter.ignores = [try LinePattern("1 2", kind: .pcre2)]
        options.filter = filter

        #expect(frame("1\n2\n3\n4\n", .multiLine(2), options).texts == ["3 4"])
    }

    @Test(
        "a template's variables are filled in",
        arguments: [
            ("$(log)", "a\"b"), ("[$(location)] $(output)!", "[/log] a\"b!"),
            ("$(hostname) $(host_ip)", "host 10.0.0.1"), ("$(json_escaped_log)", "a\\\"b"),
            ("$(base64_log)", "YSJi"), ("$(nothing)x", "x"), ("$(log", "$(log"), ("$5", "$5"),
            ("$(timestamp %Y)", "2026"),
        ]
    )
    func template(template: String, text: String) {
        var options = FramingOptions()
        options.template = LineTemplate(template, hostAddress: "10.0.0.1")

        #expect(frame("a\"b\n", .lines, options).texts == [text])
    }

    @Test(
        "base64 is padded",
        arguments: [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
    )
    func base64(log: String, text: String) {
        var options = FramingOptions()
        options.template = LineTemplate("$(base64_log)", hostAddress: "")

        #expect(frame(log + "\n", .lines, options).texts == [text])
    }
}
