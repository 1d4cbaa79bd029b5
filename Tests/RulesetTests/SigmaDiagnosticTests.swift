// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

/// What is wrong with Sigma rules, said with its place.
struct SigmaDiagnosticTests {
    @Test("all mistakes of all files are reported at once, with their places")
    func everything() {
        let first = """
            title: One
            logsource: {product: linux}
            detection:
              s:
                a|contians: x
                b|re: '(x'
                c|cidr: 10.0.0.0/99
                d|gt: many
              condition: s and t
            level: hihg
            """
        let second = "title: Two\ndetection: {s: {a: b}, condition: s}\n"

        let loading = load(sigma: [first, second])

        #expect(loading.ruleset == nil)
        #expect(
            loading.faults == [
                "unknown-option 5:5", "bad-pattern 6:14", "bad-value 7:13", "bad-value 8:11",
                "bad-value 9:20", "bad-value 10:8", "missing-option 1:8",
            ]
        )
    }

    @Test(
        "what is not supported is refused by name, and only that rule is left out",
        arguments: [
            ("{s: {'a|expand': '%x%'}, condition: s}", "the modifier expand"),
            ("{s: {'a|hour': 3}, condition: s}", "the modifier hour"),
            ("{s: {a: b}, condition: 's | count() > 5'}", "aggregations behind |"),
            ("{s: {a: b}, timeframe: 5m, condition: s}", "detection.timeframe"),
        ]
    )
    func unsupported(_ detection: String, _ word: String) {
        let refused = sigmaRule(id: "a", detection: detection)

        let loading = load(sigma: [refused, sigmaRule()])

        #expect(loading.diagnostics.map(\.code) == ["unsupported"])
        #expect(loading.diagnostics.allSatisfy { $0.message.contains(word) })
        #expect(loading.counts.sigmaRules == 1)
        #expect(loading.counts.skippedRules == 1)
    }

    @Test(
        "a log source that Jaga does not have is refused by name",
        arguments: [
            ("{product: windows}", "product \"windows\""),
            ("{product: linux, category: process_creation}", "category \"process_creation\""),
            ("{product: linux, service: nosuch}", "service \"nosuch\""),
        ]
    )
    func unsupportedSource(_ source: String, _ word: String) {
        let text = "title: T\nlogsource: \(source)\ndetection: {s: {a: b}, condition: s}\n"

        let loading = load(sigma: [text])

        #expect(loading.ruleset != nil)
        #expect(loading.diagnostics.map(\.code) == ["unsupported"])
        #expect(loading.diagnostics.allSatisfy { $0.message.contains(word) })
    }

    @Test("a decoder's name is a service")
    func decoderService() {
        let text = "title: T\nlogsource: {service: haproxy}\ndetection: {s: {a: b}, condition: s}\n"

        #expect(load(sigma: [text]).faults == [])
    }

    @Test(
        "a rule without its parts is a mistake",
        arguments: [
            (
                "logsource: {product: linux}\ndetection: {s: {a: b}, condition: s}",
                "missing-option 1:1"
            ),
            ("title: T\nlogsource: {product: linux}", "missing-option 1:8"),
            (
                "title: T\nlogsource: {product: linux}\ndetection: {s: {a: b}}",
                "missing-option 3:12"
            ),
            (
                "title: T\nlogsource: {x: y}\ndetection: {s: {a: b}, condition: s}",
                "missing-option 2:12"
            ),
            ("- 1", "unknown-element 1:1"),
        ]
    )
    func incomplete(_ text: String, _ fault: String) {
        #expect(load(sigma: [text]).faults == [fault])
    }

    @Test(
        "a condition that cannot be read says where",
        arguments: [
            ("s and", "5"), ("s or (t", "7"), ("s t", "2"), ("1 of x*", "5"), ("2 of s*", "0"),
            ("not", "3"), ("s)", "1"), ("all of", "6"),
        ]
    )
    func condition(_ text: String, _ offset: String) throws {
        let rule = sigmaRule(detection: "{s: {a: b}, t: {a: c}, condition: '\(text)'}")

        let faults = load(sigma: [rule]).faults

        let column = try #require(Int(offset)) + 47
        #expect(faults.contains("bad-value 4:\(column)"), "\(faults)")
    }

    @Test("a search identifier that the condition does not look at is noted")
    func unused() {
        let rule = sigmaRule(detection: "{s: {a: b}, t: {a: c}, _u: {a: d}, condition: s}")

        #expect(load(sigma: [rule]).faults == ["(without-effect 4:24)"])
    }

    @Test("modifiers that exclude each other are a mistake")
    func conflict() {
        for key in [
            "a|re|contains", "a|contains|startswith", "a|cidr|re", "a|i", "a|windash|base64",
        ] {
            let rule = sigmaRule(detection: "{s: {'\(key)': b}, condition: s}")

            #expect(load(sigma: [rule]).faults == ["conflicting-options 4:17"], "\(key)")
        }
    }

    // MARK: YAML

    @Test("text that is no YAML says where, and the documents before it are read")
    func malformed() {
        let loading = load(sigma: [sigmaRule() + "\n---\ntitle: \"x\nlevel: [\n"])

        #expect(loading.diagnostics.map(\.code) == ["malformed-yaml"])
        #expect(loading.diagnostics.map(\.line) == [9])
        #expect(loading.counts.sigmaRules == 1)
    }

    @Test("a key twice is a mistake")
    func duplicateKey() {
        #expect(load(sigma: ["title: a\nlevel: low\ntitle: b\n"]).faults == ["malformed-yaml 1:1"])
    }

    @Test("columns count bytes")
    func columns() {
        let text = "title: T\nlogsource: {product: linux, x: ééé, service: nosuch}\n"

        #expect(load(sigma: [text]).faults == ["missing-option 1:8", "(unsupported 2:49)"])
    }

    @Test("a value with wildcards cannot be encoded")
    func encodedWildcard() {
        let rule = sigmaRule(detection: "{s: {a|base64: 'x*'}, condition: s}")

        #expect(load(sigma: [rule]).faults == ["bad-value 4:27"])
    }

    @Test("bytes that are not UTF-8 are a mistake")
    func encoding() {
        let files = RulesetFiles(
            decoders: [],
            rules: [RulesetFile(path: "s.yml", bytes: [0x61, 0xFF, 0x0A])],
            lists: []
        )

        #expect(
            RulesetLoader.load(files, settings: RulesetSettings()).faults == ["malformed-yaml 0:0"]
        )
    }

    @Test("an alias stands for what it names")
    func alias() {
        let rule = sigmaRule(detection: "{s: &one {a: b}, t: *one, condition: s and t}")

        #expect(load(sigma: [rule]).faults == [])
    }

    @Test("aliases that unfold without end are refused before they do", .timeLimit(.minutes(1)))
    func laughs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<30 {
            let names = repeatElement("*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(names)]\n"
        }
        let keys = text + "? *a29 : x\n"

        #expect(load(sigma: [text]).faults == ["document-too-large 0:0"])
        #expect(load(sigma: [keys]).faults == ["document-too-large 0:0"])
    }

    @Test("texts that look like anchors and aliases are texts")
    func noAliases() {
        let values = repeatElement("'a&cmd=', '*cmd*', '&cmd', x&cmd", count: 100).joined(
            separator: ", "
        )

        let loading = load(sigma: [sigmaRule(detection: "{s: {a: [\(values)]}, condition: s}")])

        #expect(loading.faults == [])
    }

    @Test("the usual few aliases of one anchor are allowed")
    func aliases() {
        let uses = (0..<12).map { "t\($0): *one" }.joined(separator: ", ")
        let rule = sigmaRule(detection: "{s: &one {a: b}, \(uses), condition: all of them}")

        #expect(load(sigma: [rule]).faults == [])
    }

    @Test(
        "values nested without end are refused",
        .timeLimit(.minutes(1)),
        arguments: ["[", "{a: ", "- ", "? "]
    )
    func depth(_ opening: String) {
        let text = String(repeating: opening, count: 100_000)

        let loading = load(sigma: [text])

        #expect(loading.ruleset == nil)
        #expect(loading.diagnostics.count == 1)
    }

    @Test("a file that is too long is refused")
    func size() {
        let text = "title: " + String(repeating: "x", count: 1 << 19)

        #expect(load(sigma: [text]).faults == ["document-too-large 0:0"])
    }

    @Test("a value that is too long is refused")
    func valueSize() {
        let value = String(repeating: "x", count: 4097)

        #expect(
            load(sigma: [sigmaRule(detection: "{s: {a: \(value)}, condition: s}")]).faults == [
                "text-too-long 4:20"
            ]
        )
    }

    // MARK: Correlations

    @Test(
        "a correlation that cannot be used says why",
        arguments: [
            ("type: temporal", "(unsupported 9:9)"),
            ("type: event_cuont", "bad-value 9:9"),
            ("rules: [nosuch]", "unknown-rule 9:11"),
            ("timespan: 5", "bad-value 9:13"),
            ("timespan: 99999999999999999999d", "bad-value 9:13"),
            ("condition: {lt: 5}", "(unsupported 9:15)"),
            ("condition: {gte: 0}", "bad-value 9:14"),
            ("condition: {gte: 99999999999}", "bad-value 9:14"),
            ("type: value_count", "missing-option 13:14"),
        ]
    )
    func correlation(_ line: String, _ fault: String) {
        let key = line.prefix { $0 != ":" }
        let lines = [
            "type: event_count", "rules: [base]", "timespan: 1m", "group-by: [a]",
            "condition: {gte: 3}",
        ].filter { !$0.hasPrefix(key) }
        let text =
            sigmaRule(more: "name: base") + "\n---\ntitle: C\ncorrelation:\n"
            + ([line] + lines).map { "  " + $0 }.joined(separator: "\n")

        #expect(load(sigma: [text]).faults == [fault])
    }

    @Test("documents of other kinds are refused by name")
    func otherKinds() {
        let loading = load(sigma: [
            "action: global\ntitle: x\n---\ntitle: f\nfilter: {rules: [a]}\n"
        ])

        #expect(loading.faults == ["(unsupported 1:9)", "(unsupported 5:9)"])
    }
}
