// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Ruleset
import Testing

/// Small or plain inputs that cost a careless reader everything, at the sizes that
/// the product promises to stand.
@Suite("Bombs", .timeLimit(.minutes(2)))
struct BombTests {
    private static let rules = rule(100, "<decoded_as>json</decoded_as>")

    @Test(
        "100,000 levels of JSON are no fields, and the event stays",
        arguments: ["{\"a\":", "{\"a\":[", "{\"a\":[{\"b\":"]
    )
    func deepJSON(opening: String) throws {
        var fixture = try Fixture(rules: Self.rules)

        let report = fixture.inspect(String(repeating: opening, count: 100_000))

        #expect(report.decoder?.name == "json")
        #expect(report.fields.isEmpty)
        #expect(report.rule?.id == 100)
    }

    @Test("of a million keys as many become fields as an event may have; the rest is counted")
    func manyKeys() throws {
        var fixture = try Fixture(rules: Self.rules)
        var line = Array("{\"first\":1".utf8)
        for index in 0..<1_000_000 { line += Array(",\"k\(index)\":1".utf8) }
        line.append(UInt8(ascii: "}"))

        let report = fixture.inspect(line)

        #expect(report.fields.count == 256)
        #expect(fixture.engine.counters.droppedFields == 1_000_001 - 256)
        #expect(fixture.fields(of: #"{"after":"it"}"#) == ["after=it"])
    }

    @Test("a million keys of one name are one field of the alert")
    func equalKeys() throws {
        var fixture = try Fixture(rules: Self.rules)
        let line = "{\"k\":0" + String(repeating: ",\"k\":1", count: 1_000_000) + "}"

        #expect(fixture.fields(of: line) == ["k=0"])
    }

    @Test(
        "(a+)+$ on 64 KB is given up or answered, in either language, and named",
        arguments: [("pcre2", "(a+)+$"), ("osregex", #"\w+\w+\w+\w+\w+$"#)]
    )
    func backtracking(type: String, pattern: String) throws {
        var fixture = try Fixture(
            rules: rule(100, "<regex type=\"\(type)\">\(pattern)</regex>")
                + rule(101, "<match>!</match>", level: 2)
        )
        let line = String(repeating: "a", count: 1 << 16) + "!"

        // The other rule still has its say.
        #expect(fixture.rules(of: [line, "x!"]) == "101 101")
    }

    @Test("laughing variables end the file with a word")
    func laughs() throws {
        var text = "<var name=\"A0\">ha</var>"
        for level in 1...40 {
            text += "<var name=\"A\(level)\">$A\(level - 1)$A\(level - 1)</var>"
        }
        // Texts of variables are not expanded themselves, so one more step is needed.
        let long = String(repeating: "l", count: 20_000)
        text += "<var name=\"B\">\(long)</var>" + rule(100, "<match>\(many("$B.", 6000))</match>")
        let loading = load(rules: text)

        #expect(loading.ruleset == nil)
        #expect(loading.diagnostics.map(\.code) == ["malformed-xml"])
    }

    @Test("laughing aliases of YAML end the file with a word")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            text += "a\(level): &a\(level) [\(many("*a\(level - 1),", 9))]\n"
        }
        let loading = load(sigma: text)

        #expect(loading.diagnostics.map(\.code) == ["document-too-large"])
    }

    @Test("100,000 nested elements, and a rule's text of a megabyte, end the file with a word")
    func largeXML() {
        let deep = load(rules: many("<a>", 100_000))
        let long = load(rules: rule(100, "<match>\(many("x", 1 << 20))</match>"))

        #expect(deep.diagnostics.map(\.code) == ["malformed-xml"])
        #expect(long.diagnostics.map(\.code) == ["malformed-xml"])
    }

    @Test("1,000 rules in a circle are skipped, and told in one sentence")
    func circle() throws {
        let rules = (0..<1000).map { index in
            rule(1000 + index, "<if_sid>\(1000 + (index + 1) % 1000)</if_sid>")
        }
        let loading = load(rules: rules.joined())

        #expect(loading.ruleset != nil)
        #expect(loading.diagnostics.filter { $0.code == "circle" }.count == 1)
    }

    // MARK: Support

    private func many(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private func load(rules: String = "", sigma: String = "") -> RulesetLoading {
        RulesetLoader.load(
            RulesetFiles(
                decoders: [],
                rules: [
                    RulesetFile(path: "r.xml", bytes: Array((Fixture.templates + rules).utf8)),
                    RulesetFile(path: "s.yml", bytes: Array(sigma.utf8)),
                ].filter { !$0.bytes.isEmpty },
                lists: []
            ),
            settings: RulesetSettings()
        )
    }
}
