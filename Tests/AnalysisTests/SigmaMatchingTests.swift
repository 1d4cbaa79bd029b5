// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing

/// One detection, one event: whether it holds.
struct SigmaMatchingTests {
    /// A comparison of the field `f`, what holds for it and what does not.
    struct Case: CustomTestStringConvertible {
        let test: String
        let holds: [String]
        let fails: [String]

        init(_ test: String, holds: [String], fails: [String]) {
            self.test = test
            self.holds = holds
            self.fails = fails
        }

        var testDescription: String { test }
    }

    static let texts = [
        Case("f: abc", holds: ["abc", "ABC", "aBc"], fails: ["abcd", "xabc", "ab", ""]),
        Case("f: 'a*c'", holds: ["ac", "abc", "A*C", "axyzc"], fails: ["a", "acd", "xac", "aca"]),
        Case("f: 'a?c'", holds: ["abc", "a*c", "aéc", "a€c"], fails: ["ac", "abbc", "abcd"]),
        Case(#"f: 'a\*c'"#, holds: ["a*c"], fails: ["abc", "ac"]),
        Case(#"f: 'a\?c'"#, holds: ["a?c"], fails: ["abc"]),
        Case(#"f: 'a\\*c'"#, holds: [#"a\\c"#, #"a\\xc"#], fails: ["a*c", "axc"]),
        Case(#"f: 'a\b'"#, holds: [#"a\\b"#], fails: ["ab"]),
        Case(#"f: 'a\\b'"#, holds: [#"a\\b"#], fails: ["ab", #"a\\\\b"#]),
        Case("f: '*'", holds: ["", "x"], fails: []),
        Case("f: ''", holds: [""], fails: ["x"]),
        Case("f: 404", holds: ["404"], fails: ["4040", "40"]),
        Case("f: [ab, cd]", holds: ["ab", "cd"], fails: ["abcd", "ef"]),
        Case("f|contains: bc", holds: ["abcd", "BC"], fails: ["bxc", "b"]),
        Case("f|contains|all: [ab, cd]", holds: ["cdab", "abcd"], fails: ["ab", "cd"]),
        Case("f|contains: 'a*d'", holds: ["xabcdx"], fails: ["xda"]),
        Case("f|startswith: ab", holds: ["abc", "AB"], fails: ["xab", "a"]),
        Case("f|endswith: [.exe, .sh]", holds: ["x.EXE", ".sh"], fails: ["x.exe.txt", "exe"]),
        Case("f|cased: aB", holds: ["aB"], fails: ["ab", "AB"]),
        Case("f|contains|cased: aB", holds: ["xaBx"], fails: ["xabx"]),
        Case("f|neq: ab", holds: ["abc", ""], fails: ["ab", "AB"]),
        Case("f|contains: ['*a*a*a*', 'z?z']", holds: ["xaxaxa", "zyz"], fails: ["aa", "zz"]),
        Case("f: 'ab*ab'", holds: ["abab", "abxab"], fails: ["ab", "aba"]),
        Case("f: '?*?'", holds: ["ab", "abc"], fails: ["a", ""]),
        Case("f|contains: [one, two, three, fourth]", holds: ["a fourth b"], fails: ["fou rth"]),
    ]

    static let others = [
        Case("f|re: 'a+b$'", holds: ["xaab"], fails: ["AAB", "ab "]),
        Case("f|re|i: '^a.b$'", holds: ["AxB"], fails: ["axxb"]),
        Case("f|re|m: '^b'", holds: [#"a\nb"#], fails: ["ab"]),
        Case("f|re|s: 'a.b'", holds: [#"a\nb"#], fails: ["ab"]),
        Case("f|re: 'a.b'", holds: ["axb"], fails: [#"a\nb"#]),
        Case("f|cidr: 10.0.0.0/8", holds: ["10.1.2.3"], fails: ["11.1.2.3", "10", "x10.1.2.3"]),
        Case(
            "f|cidr: [192.0.2.0/24, '2001:db8::/32']",
            holds: ["192.0.2.7", "2001:db8::1"],
            fails: ["2001:db9::1"]
        ),
        Case("f|gt: 10", holds: ["10.5", "11"], fails: ["10", "9", "-11", "x", ""]),
        Case("f|gte: 10", holds: ["10", "10.0"], fails: ["9.99"]),
        Case("f|lt: -1.5", holds: ["-2"], fails: ["-1.5", "0", "1e3"]),
        Case("f|lte: 3", holds: ["3", "+3", "-.5"], fails: ["3.1", "."]),
        Case("f|exists: true", holds: ["", "x"], fails: []),
        Case("f|exists: no", holds: [], fails: ["", "x"]),
        Case("f: null", holds: [], fails: ["x", ""]),
        Case("f|base64: foobar", holds: ["Zm9vYmFy"], fails: ["foobar"]),
        Case("f|base64: fooba", holds: ["Zm9vYmE="], fails: ["Zm9vYmE"]),
        Case("f|base64|contains: foo", holds: ["xxZm9vYmFy"], fails: ["xx"]),
        Case(
            "f|base64offset|contains: /bin/bash",
            // "/bin/bash", "x/bin/bash", "xx/bin/bash" followed by more.
            holds: ["L2Jpbi9iYXNoIC1p", "eC9iaW4vYmFzaCAtaQ==", "eHgvYmluL2Jhc2ggLWk="],
            fails: ["L2Jpbi9zaA=="]
        ),
        Case("f|wide|base64: ab", holds: ["YQBiAA=="], fails: ["YWI="]),
        Case("f|utf16le|base64: ab", holds: ["YQBiAA=="], fails: []),
        Case("f|utf16be|base64: ab", holds: ["AGEAYg=="], fails: []),
        Case("f|utf16|base64: ab", holds: ["//5hAGIA"], fails: []),
        Case(
            "f|windash|contains: ' -enc '",
            holds: ["x -enc y", "x /enc y", "x –ENC y", "x —enc y", "x ―enc y"],
            fails: ["x enc y", "x +enc y"]
        ),
        Case("f|windash: a-b", holds: ["a-b"], fails: ["a/b"]),
        Case("f|fieldref: g", holds: ["gee", "GEE"], fails: ["ge", "geee"]),
        Case("f|fieldref|cased: g", holds: ["gee"], fails: ["GEE"]),
        Case("f|fieldref|startswith: g", holds: ["geese"], fails: ["xgee"]),
        Case("f|fieldref|endswith: g", holds: ["xgee"], fails: ["geex"]),
        Case("f|fieldref|contains: g", holds: ["xgeex"], fails: ["geg", ""]),
        Case("f|fieldref: nosuch", holds: [], fails: ["", "nosuch"]),
    ]

    @Test(
        "a value is compared as its text and modifiers say",
        arguments: texts + others
    )
    func values(_ test: Case) throws {
        for value in test.holds {
            #expect(try Self.holds(test.test, value), "\(value) should hold")
        }
        for value in test.fails {
            #expect(try !Self.holds(test.test, value), "\(value) should fail")
        }
    }

    private static func holds(_ test: String, _ value: String) throws -> Bool {
        try SigmaFixture.holds("{s: {\(test)}, condition: s}", #"{"f":"\#(value)","g":"gee"}"#)
    }

    @Test("a field that is absent is null, and so is JSON's null")
    func null() throws {
        #expect(try SigmaFixture.holds("{s: {f: null}, condition: s}", #"{"g":"x"}"#))
        #expect(try SigmaFixture.holds("{s: {f: null}, condition: s}", #"{"f":null}"#))
        #expect(try SigmaFixture.holds("{s: {f: [null, a]}, condition: s}", #"{"f":"a"}"#))
        #expect(try SigmaFixture.holds("{s: {f|exists: false}, condition: s}", #"{"g":"x"}"#))
        #expect(try !SigmaFixture.holds("{s: {f: ''}, condition: s}", #"{"g":"x"}"#))
    }

    @Test("a test of an absent field fails, and its negation holds")
    func absent() throws {
        #expect(try !SigmaFixture.holds("{s: {f|contains: x}, condition: s}", #"{"g":"x"}"#))
        #expect(try SigmaFixture.holds("{s: {f|contains: x}, condition: not s}", #"{"g":"x"}"#))
    }

    // MARK: Lists, maps, keywords

    @Test(
        "a map wants all, a list of maps one, keywords stand anywhere",
        arguments: [
            (
                "{s: {f: a, g: b}, condition: s}", [#"{"f":"a","g":"b"}"#],
                [#"{"f":"a"}"#, #"{"g":"b"}"#]
            ),
            (
                "{s: [{f: a}, {g: b}], condition: s}", [#"{"f":"a"}"#, #"{"x":1,"g":"b"}"#],
                [#"{"f":"b"}"#]
            ),
            (
                "{k: [evil, 'bad*thing'], condition: k}",
                [#"{"f":"the EVIL"}"#, "a bad old thing"], ["good"]
            ),
            ("{k: {'|all': [one, two]}, condition: k}", ["two then one"], ["one", "two"]),
            ("{k: {'|re': 'x[0-9]+y'}, condition: k}", ["a x12y b"], ["xy"]),
            ("{k: evil, condition: k}", ["evil"], ["good"]),
            ("{s: [{f: a}, word], condition: s}", [#"{"f":"a"}"#, "a word"], [#"{"f":"b"}"#]),
            ("{k: [404], condition: k}", ["x 404 y"], ["405"]),
        ]
    )
    func structures(_ detection: String, _ holds: [String], _ fails: [String]) throws {
        for line in holds { #expect(try SigmaFixture.holds(detection, line), "\(line)") }
        for line in fails { #expect(try !SigmaFixture.holds(detection, line), "\(line)") }
    }

    @Test("keywords look at the head of a line, too")
    func head() throws {
        #expect(
            try SigmaFixture.holds(
                "{k: [myprog], condition: k}",
                "Feb  1 10:00:00 host myprog: text"
            )
        )
    }

    // MARK: Conditions

    @Test(
        "a condition binds or, and, not from loose to tight",
        arguments: [
            ("s1 or s2 and s3", ["1", "23"], ["2", "3", ""]),
            ("(s1 or s2) and s3", ["13", "23"], ["1", "2", "3"]),
            ("not s1 and s2", ["2", "23"], ["12", "1", ""]),
            ("not (s1 and s2)", ["1", "2", ""], ["12", "123"]),
            ("not not s1", ["1"], ["2"]),
            ("1 of s*", ["1", "2", "3", "12"], [""]),
            ("all of s*", ["123"], ["12", "1", ""]),
            ("s1 and not 1 of s2 ", ["1", "13"], ["12", "2"]),
            ("any of them", ["1", "3"], [""]),
            ("1 of them and all of s*", ["123"], ["23"]),
        ]
    )
    func conditions(_ condition: String, _ holds: [String], _ fails: [String]) throws {
        let searches =
            "s1: {f|contains: '1'}, s2: {f|contains: '2'}, s3: {f|contains: '3'}, _s4: {f: x}"
        for value in holds {
            #expect(
                try SigmaFixture.holds(
                    "{\(searches), condition: '\(condition)'}",
                    #"{"f":"\#(value)"}"#
                ),
                "\(value) should hold"
            )
        }
        for value in fails {
            #expect(
                try !SigmaFixture.holds(
                    "{\(searches), condition: '\(condition)'}",
                    #"{"f":"\#(value)"}"#
                ),
                "\(value) should fail"
            )
        }
    }

    @Test("them leaves out names with an underscore")
    func underscore() throws {
        #expect(
            try !SigmaFixture.holds("{s: {f: a}, _t: {g: b}, condition: 1 of them}", #"{"g":"b"}"#)
        )
    }

    @Test("several conditions are alternatives")
    func severalConditions() throws {
        let detection = "{s: {f: a}, t: {g: b}, condition: [s, t]}"

        #expect(try SigmaFixture.holds(detection, #"{"f":"a"}"#))
        #expect(try SigmaFixture.holds(detection, #"{"x":"y","g":"b"}"#))
        #expect(try !SigmaFixture.holds(detection, #"{"f":"b"}"#))
    }

    // MARK: Prefilter

    @Test("whatever texts are sought, the signature loses no match")
    func signature() throws {
        var generator = SeededGenerator(seed: 42)
        let alphabet = Array("abAB/.?=&%27 é".unicodeScalars.map(String.init))
        func word(_ lengths: ClosedRange<Int>) -> String {
            let count = Int.random(in: lengths, using: &generator)
            return (0..<count).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &generator)]
            }.joined()
        }
        for round in 0..<60 {
            let needles = (0..<8).map { _ in word(1...5).replacing("?", with: #"\?"#) }
            let quoted = needles.map { "'\($0)'" }.joined(separator: ", ")
            let many = try SigmaFixture(Self.rule("f|contains: [\(quoted)]"))
            let single = try needles.map { try SigmaFixture(Self.rule("f|contains: '\($0)'")) }
            for _ in 0..<20 {
                let line = #"{"f":"\#(word(0...40))"}"#
                var fixture = many
                let expected = single.contains { one in
                    var one = one
                    return !one.titles(line).isEmpty
                }
                #expect(
                    fixture.titles(line).isEmpty != expected,
                    "seed 42, round \(round): \(quoted) in \(line)"
                )
            }
        }
    }

    @Test("the look before a rule is tried loses no match")
    func prefilter() throws {
        var generator = SeededGenerator(seed: 7)
        let words = ["../etc", "PassWd", "a=%27", "union", "sel?ect", "x*yz", "ab", "q"]
        let tests = ["f|contains", "f|startswith", "f|endswith", "f", "f|contains|all", "c-uri"]
        var held = 0
        for round in 0..<80 {
            func selection() -> String {
                let test = tests[Int.random(in: tests.indices, using: &generator)]
                let some = words.filter { _ in Bool.random(using: &generator) } + ["union", "%27x"]
                return "{\(test): [\(some.map { "'\($0)'" }.joined(separator: ", "))]}"
            }
            let searches = "s1: \(selection()), s2: \(selection()), z: {nosuch: xy}"
            let condition = ["s1 or s2", "s1 and s2", "s1 and not s2", "1 of s*"][round % 4]
            var looked = try SigmaFixture(Self.rule(searches, condition))
            // What needs no three bytes in a row is tried for every event.
            var tried = try SigmaFixture(Self.rule(searches, "(\(condition)) or z"))
            for _ in 0..<20 {
                let parts = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    words[Int.random(in: words.indices, using: &generator)]
                }
                let line = #"{"f":"\#(parts.joined())","url":"\#(parts.joined(separator: "/"))"}"#
                let titles = looked.titles(line)
                held += titles.count
                #expect(
                    titles == tried.titles(line),
                    "seed 7, \(round): \(searches) in \(line)"
                )
            }
        }
        #expect(held > 100)
    }

    private static func rule(_ searches: String, _ condition: String) -> String {
        "title: T\nlogsource: {product: linux}\ndetection: {\(searches), condition: '\(condition)'}\n"
    }

    private static func rule(_ test: String) -> String {
        "title: T\nlogsource: {product: linux}\ndetection: {s: {\(test)}, condition: s}\n"
    }
}
