// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import JagaTesting
import Testing

@Suite("The query language")
struct AlertFilterParserTests {
    private static let now = Timestamp.november(23)

    private static func words(_ words: String..., isPrefix: Bool = false) -> TextPhrase {
        TextPhrase(words: words, isPrefix: isPrefix)
    }

    @Test(
        "what is asked becomes a condition",
        arguments: [
            ("", .all), ("  ", .all), ("*", .all),
            ("nginx", .text(words("nginx"))),
            ("union select", .text(words("union", "select"))),
            (#""Union Select""#, .text(words("union", "select"))),
            ("sel*", .text(words("sel", isPrefix: true))),
            ("10.0.0.*", .text(words("10", "0", "0"))),
            (#"and\:more"#, .text(words("and", "more"))),
            ("rule.level: 7", .field("rule.level", .equals("7"))),
            ("level:7", .field("rule.level", .equals("7"))),
            ("rule.level >= 7", .field("rule.level", .number(.atLeast, 7))),
            ("rule.level<7.5", .field("rule.level", .number(.less, 7.5))),
            ("srcip: 10.0.0.0/8", .field("data.srcip", .address("10.0.0.0/8"))),
            (#"srcip: "2001:db8::/32""#, .field("data.srcip", .address("2001:db8::/32"))),
            ("url: a/8", .field("data.url", .equals("a/8"))),
            ("container.name: web*", .field("data.container.name", .wildcard("web*"))),
            (#"container.name: "web*""#, .field("data.container.name", .equals("web*"))),
            (#"location: a\*"#, .field("location", .equals("a*"))),
            (#"location: "say \"a\\b\"""#, .field("location", .equals(#"say "a\b""#))),
            ("data.srcip: *", .field("data.srcip", .exists)),
            ("data.*: x", .field("data.*", .equals("x"))),
            ("full_log: failed password", .field("full_log", .phrase(words("failed", "password")))),
            (
                "description: sql*",
                .field("rule.description", .phrase(words("sql", isPrefix: true)))
            ),
            ("full_log: f*d", .field("full_log", .wildcard("*f*d*"))),
            (
                "timestamp >= \"now-1h\"",
                .field("timestamp", .number(.atLeast, 1_795_431_600_000))
            ),
            (
                "groups: (web or not sshd)",
                .or([
                    .field("rule.groups", .equals("web")),
                    .not(.field("rule.groups", .equals("sshd"))),
                ])
            ),
            (
                "a: 1 or b: 2 and not c: 3",
                .or([
                    .field("a", .equals("1")),
                    .and([.field("b", .equals("2")), .not(.field("c", .equals("3")))]),
                ])
            ),
            (
                "(a: 1 OR b: 2) AND c: 3",
                .and([
                    .or([.field("a", .equals("1")), .field("b", .equals("2"))]),
                    .field("c", .equals("3")),
                ])
            ),
            ("not not x", .not(.not(.text(words("x"))))),
            ("a: not b", .not(.field("a", .equals("b")))),
        ] as [(String, AlertFilter)]
    )
    func reads(query: String, expected: AlertFilter) throws {
        #expect(try AlertFilter.parse(query, now: Self.now) == expected)
    }

    @Test(
        "a mistake has its column",
        arguments: [
            ("a: 1 b: 2", 6, "two terms stand side by side"),
            (#"a "b""#, 3, "two terms stand side by side"),
            ("a: http://x", 8, "this is no part of the value"),
            ("(a: 1", 1, "the parenthesis has no end"),
            ("a: 1)", 5, "this parenthesis closes none"),
            ("a: \"x", 4, "the quotation has no end"),
            ("rule.level > high", 14, "\"high\" is no number"),
            ("timestamp > yesterday", 13, "\"yesterday\" is no time"),
            ("timestamp > \"now-1q\"", 19, "expected a unit of time: s, m, h, d, w, M or y"),
            ("a:", 3, "a value is missing at the end"),
            ("a and", 6, "a field or words is missing at the end"),
            ("and a", 1, "a field or words is missing before \"and\""),
            ("x*y", 1, "without a field, * stands only at the end of a word"),
            ("\"--\"", 1, "there is no letter or digit to search for"),
            ("a: {b: 1}", 4, "braces have no meaning here"),
            ("é: 1 é: 2", 6, "two terms stand side by side"),
            (": x", 1, "a field or words is missing here"),
            (String(repeating: "(", count: 65) + "a", 65, "the query is nested deeper than 64"),
            (String(repeating: "not ", count: 65) + "a", 257, "the query is nested deeper than 64"),
            (String(repeating: "a", count: 8193), 8193, "the query is longer than 8192 bytes"),
        ]
    )
    func refuses(query: String, column: Int, message: String) {
        let error = #expect(throws: QueryError.self) {
            try AlertFilter.parse(query, now: Self.now)
        }
        #expect(error?.column == column)
        #expect(error?.message == message)
        #expect(error?.hint.isEmpty == false)
    }

    @Test("no text makes the parser trap", arguments: [1, 2, 3] as [UInt64])
    func survivesNoise(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let pieces = [
            "(", ")", ":", "<=", ">", "\"", "*", "\\", "{", "a", " ", "and", "not", "é", "/8",
            "10.0.0.0", "now-",
        ]
        for _ in 0..<3000 {
            let text = (0..<numbers.next() % 12).map { _ in numbers.one(of: pieces) }.joined()
            do {
                _ = try AlertFilter.parse(text, now: Self.now)
            } catch {
                #expect(error.column >= 1 && error.column <= text.count + 1, "\(text)")
            }
        }
    }
}

@Suite("Times as people write them")
struct AlertTimeTests {
    /// 2026-11-23T12:00:00Z, a Monday, at +07:00.
    private static let now = Timestamp(
        nanoseconds: 1_795_435_200_000_000_000,
        utcOffsetSeconds: 7 * 3600
    )

    @Test(
        "a time becomes milliseconds",
        arguments: [
            ("now", 1_795_435_200_000), ("now-15m", 1_795_434_300_000),
            ("now+1h", 1_795_438_800_000),
            ("now-1d/d", 1_795_280_400_000), ("now/d", 1_795_366_800_000),
            ("now/h", 1_795_435_200_000), ("now/w", 1_795_366_800_000),
            ("now/M", 1_793_466_000_000), ("now-1M", 1_792_756_800_000),
            ("now-1y", 1_763_899_200_000), ("now/y", 1_767_200_400_000),
            ("1795435200000", 1_795_435_200_000),
            ("2026-11-23T12:00:00Z", 1_795_435_200_000),
            ("2026-11-23T12:00:00.123+0000", 1_795_435_200_123),
            ("2026-11-23T19:00", 1_795_435_200_000), ("2026-11-23", 1_795_366_800_000),
            ("2026-11-23 19:00:00+07:00", 1_795_435_200_000),
        ] as [(String, Int64)]
    )
    func reads(text: String, expected: Int64) throws {
        #expect(try AlertTime.parse(text, now: Self.now) == expected)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "tomorrow", "now-", "now-5", "now/5", "now*2", "2026-13-01", "2026-11-23T25:00",
            "2026-11-23T", "12:00", "now-99999999999d", "-5", "now-9999999y",
        ]
    )
    func refuses(text: String) {
        #expect(throws: QueryError.self) { try AlertTime.parse(text, now: Self.now) }
    }
}

@Suite("One alert asked by itself")
struct AlertMatcherTests {
    private static let alert =
        #"{"timestamp":"2026-11-23T12:00:00.000+0000","rule":{"level":7,"groups":["web","attack"]},"id":"1.2","full_log":"GET \/a?x=UNION+select","data":{"srcip":"10.1.2.3","n":null,"list":[{"k":"v"}]}}"#

    @Test(
        "what passes",
        arguments: [
            "level: 7", "level >= 7 and level < 7.5", "groups: ATTACK", "srcip: 10.0.0.0/8",
            "union select", "unio*", "\"x union\"", "full_log: \"get a\"", "data.list.k: v",
            "data.*: v",
            "timestamp > 2026-11-22", "srcip: 10.*.3", "not zebra", "data.srcip: *", "\"10.1.2.3\"",
        ]
    )
    func passes(query: String) throws {
        let matcher = AlertMatcher(try AlertFilter.parse(query, now: .november(24)))
        let isPassed = matcher.matches(Array(Self.alert.utf8).span)
        #expect(isPassed)
    }

    @Test(
        "what does not",
        arguments: [
            "level: 8", "level > 7", "groups: att", "srcip: 11.0.0.0/8", "select union", "unio",
            "web attack", "data.n: *", "missing: *", "timestamp > 2026-11-24", "not union", "2026",
            "full_log: srcip",
        ]
    )
    func fails(query: String) throws {
        let matcher = AlertMatcher(try AlertFilter.parse(query, now: .november(24)))
        let isPassed = matcher.matches(Array(Self.alert.utf8).span)
        #expect(!isPassed)
    }

    @Test("what is no alert passes nothing", arguments: ["", "{", "[]", "x", #"{"a" 1}"#, "{}{}"])
    func refusesOther(text: String) {
        let isPassed = AlertMatcher(.all).matches(Array(text.utf8).span)
        #expect(!isPassed)
    }
}
