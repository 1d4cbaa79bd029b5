// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Testing

/// Lines that somebody made up to break the engine: none may trap or be silent.
@Suite("Hostile lines")
struct HostileInputTests {
    private static let rules = rule(100, "<match>x</match>") + rule(101, "<match>y</match>")

    @Test("an empty line, a line of one byte, a NUL")
    func shortLines() throws {
        var fixture = try Fixture(rules: Self.rules)

        #expect(fixture.inspect("").rule == nil)
        for byte in UInt8.min...UInt8.max {
            _ = fixture.inspect([byte])
        }
        let report = fixture.inspect([0, 0x79, 0, 0x80])
        #expect(report.rule?.id == 101)
        let alert = String(decoding: report.alertJSON, as: UTF8.self)
        #expect(alert.contains(#""full_log":"\u0000y\u0000"#))
    }

    @Test("a line of a megabyte makes its alert")
    func longLine() throws {
        var fixture = try Fixture(rules: Self.rules)
        let line = [UInt8](repeating: 0x78, count: 1 << 20)

        let report = fixture.inspect(line)

        #expect(report.rule?.id == 100)
        #expect(report.fullLog.count == 1 << 20)
    }

    @Test("bytes that are not UTF-8 pass as they are")
    func invalidUTF8() throws {
        var fixture = try Fixture(rules: Self.rules)

        let report = fixture.inspect([0x78, 0xFF, 0xC3, 0x28])

        #expect(report.alertJSON.contains([0x22, 0x78, 0xFF, 0xC3, 0x28, 0x22]))
    }

    @Test("a field's name of a million dots makes no deep alert")
    func dots() throws {
        var fixture = try Fixture(rules: Self.rules)
        let name = String(repeating: ".", count: 1_000_000)

        let report = fixture.inspect(#"{"x":1,"\#(name)":"v"}"#)

        #expect(report.rule?.id == 100)
        #expect(report.fields.count == 1)
    }

    @Test("numbers of any length are no trap")
    func numbers() throws {
        var fixture = try Fixture(rules: Self.rules)
        let digits = String(repeating: "9", count: 100_000)
        let lines = [
            #"{"x":\#(digits)}"#, #"{"x":-1e-\#(digits)}"#, #"{"x":1e999999999}"#,
            #"{"x":0.\#(digits)}"#, #"{"x":[1e308,1e-320,-0.0]}"#,
        ]

        let results = lines.map { fixture.inspect($0).fields.map(\.value) }

        #expect(results[0].isEmpty && results[1].isEmpty && results[3].isEmpty)
        #expect(results[2] == [[UInt8]("inf".utf8)])
        #expect(results[4] == [[UInt8]("[1e+308,9.99988867182683e-321,-0]".utf8)])
    }

    @Test("random bytes and cut JSON are analysed without a trap")
    func random() throws {
        var fixture = try Fixture(rules: Self.rules)
        var seed: UInt64 = 42
        func next() -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return seed >> 33
        }
        let alphabet = [UInt8](#"{}[]":,\u0e-+.1tfn x"#.utf8)
        let before = fixture.engine.counters.events
        for _ in 0..<20_000 {
            var line: [UInt8] = next() % 2 == 0 ? [UInt8](#"{"a":"#.utf8) : []
            for _ in 0..<Int(next() % 40) {
                let any = next()
                line.append(
                    any % 8 == 0
                        ? UInt8(truncatingIfNeeded: any >> 8)
                        : alphabet[Int(any >> 3) % alphabet.count]
                )
            }
            _ = fixture.inspect(line)
        }

        #expect(fixture.engine.counters.events == before + 20_000)
    }
}

extension [UInt8] {
    /// Whether another run of bytes occurs in this one.
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: part) }
    }
}
