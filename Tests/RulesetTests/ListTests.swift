// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

@Suite("CDB lists")
struct ListTests {
    static let lines: [(String, String, String)] = [
        ("key:value", "key", "value"),
        ("10.0.0.:", "10.0.0.", ""),
        (":v", "", "v"),
        ("\"a:b\":\"x y\"", "a:b", "x y"),
        ("junk \"a\" more: \"v\" rest", "a", "v"),
        (" k : v ", " k ", " v "),
        ("a:b:c", "a", "b:c"),
        ("k:v\rrest", "k", "v"),
        ("k:1\nk:2", "k", "1"),
    ]

    @Test("a line is a key and a value", arguments: lines)
    func line(_ text: String, _ key: String, _ value: String) throws {
        let ruleset = try #require(
            load(
                rules: [rule(100, "<list field=\"url\">etc/l</list>")],
                lists: ["etc/l": text]
            ).ruleset
        )

        #expect(ruleset.lists.map(\.entries) == [[Array(key.utf8): Array(value.utf8)]])
    }

    @Test("a line that is no entry is told", arguments: ["bare", "\"a:b", "\"a\"b", "k:\"v"])
    func badLine(_ text: String) {
        let loading = load(
            rules: [rule(100, "<list field=\"url\">etc/l</list>")],
            lists: ["etc/l": "\n" + text]
        )

        #expect(loading.faults == ["(bad-list-line 2:0)"])
        #expect(loading.ruleset?.lists.map(\.entries.count) == [0])
    }

    @Test("paths are equal with and without .cdb, and a bare name is in ruleset/rules")
    func paths() throws {
        let ruleset = try #require(
            load(
                rules: [
                    rule(100, "<list field=\"url\">etc/l.cdb</list><list field=\"id\">n</list>")
                ],
                lists: ["etc/l": "a:", "ruleset/rules/n.cdb": "b:", "etc/unused": "c:"]
            ).ruleset
        )

        #expect(ruleset.lists.map(\.path) == ["etc/l", "ruleset/rules/n"])
    }

    static let fields: [(String, FieldReference)] = [
        ("SRCIP", .fixed(.srcip)), ("extra_data", .fixed(.extraData)), ("user", .listUser),
        ("hostname", .hostname), ("program_name", .programName),
        (" audit.key ", .dynamic(FieldName(index: 0))),
    ]

    @Test("the field is a static or a dynamic one", arguments: fields)
    func field(_ name: String, _ field: FieldReference) throws {
        let options = "<LIST Field=\"\(name)\" lookup=\"not_match_key\">etc/l</LIST>"

        let ruleset = try #require(
            load(rules: [rule(100, options)], lists: ["etc/l": "a:"]).ruleset
        )

        guard case .list(let lookup) = try #require(ruleset.rule(id: 100)?.conditions.first) else {
            Issue.record("no list")
            return
        }
        #expect(lookup.field == field)
        #expect(lookup.lookup == .notMatchKey)
        #expect(lookup.value == nil)
    }

    static let mistakes = [
        ("<list>etc/l</list>", ["missing-attribute 1:47"]),
        ("<list field=\"id\" looup=\"match_key\">etc/l</list>", ["unknown-attribute 1:64"]),
        ("<list field=\"id\" lookup=\"key\">etc/l</list>", ["bad-attribute 1:64"]),
        (
            "<list field=\"id\" lookup=\"match_key_value\">etc/l</list>",
            ["(missing-option 1:47)"]
        ),
    ]

    @Test("a wrong attribute is told", arguments: mistakes)
    func mistake(_ options: String, _ faults: [String]) {
        let loading = load(rules: [rule(100, options)], lists: ["etc/l": "a:"])

        #expect(loading.faults == faults)
    }

    @Test("of three lists the last two count")
    func three() throws {
        let options = """
            <list field="id">etc/a</list><list field="url">etc/a</list>\
            <list field="data">etc/a</list>
            """

        let loading = load(rules: [rule(100, options)], lists: ["etc/a": "a:"])

        #expect(loading.faults == ["(without-effect 1:47)"])
        #expect(loading.ruleset?.rule(id: 100)?.conditions.count == 2)
    }
}
