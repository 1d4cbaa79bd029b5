// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Testing

@Suite("Text for a terminal")
struct TerminalTextTests {
    @Test(
        "what acts on a terminal becomes visible, the rest stays",
        arguments: [
            ([0x1B, 0x5B, 0x33, 0x31, 0x6D], #"\x1b[31m"#),
            ([0x07], #"\x07"#),
            ([0x00], #"\x00"#),
            ([0x0D], #"\r"#),
            ([0x0A], #"\n"#),
            ([0x09], #"\t"#),
            ([0x7F], #"\x7f"#),
            (Array("a\u{202E}b".utf8), #"a\u{202e}b"#),
            (Array("\u{2066}".utf8), #"\u{2066}"#),
            (Array("\u{200B}".utf8), #"\u{200b}"#),
            (Array("\u{2028}".utf8), #"\u{2028}"#),
            (Array("\u{FEFF}".utf8), #"\u{feff}"#),
            (Array("\u{E0041}".utf8), #"\u{e0041}"#),
            (Array("\u{E000}".utf8), #"\u{e000}"#),
            ([0xC2, 0x85], #"\u{85}"#),
            ([0xC2, 0x9B, 0x6D], #"\u{9b}m"#),
            // Not UTF-8: a lone byte, cut short, overlong, surrogate, too high.
            ([0x9B], #"\x9b"#),
            ([0xFF, 0x41], #"\xffA"#),
            ([0xE2, 0x82], #"\xe2\x82"#),
            ([0xC0, 0x9B], #"\xc0\x9b"#),
            ([0xE0, 0x82, 0x9B], #"\xe0\x82\x9b"#),
            ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#),
            ([0xF4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
            ([0xE2, 0x1B, 0x5B], #"\xe2\x1b["#),
            (Array("Grüße, 世界 🐳 C:\\x".utf8), #"Grüße, 世界 🐳 C:\x"#),
            ([], ""),
        ] as [([UInt8], String)]
    )
    func escapes(text: [UInt8], expected: String) {
        var output: [UInt8] = []

        TerminalText.escape(text.span, limit: 100, to: &output)

        #expect(String(validating: output, as: UTF8.self) == expected, "of \(text)")
    }

    @Test("no byte of any input reaches the terminal as a control character")
    func escapesEveryByte() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let text = [first, second, 0x9B]
                var output: [UInt8] = []

                TerminalText.escape(text.span, limit: 100, to: &output)

                let result = String(validating: output, as: UTF8.self)
                let isSafe = result?.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)
                }
                if isSafe != true { Issue.record("\(text) became \(output)") }
            }
        }
    }

    @Test(
        "text is cut at the limit, never within an escape",
        arguments: [
            ("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("世界世界", 3, "世界…"),
            ("a\u{1b}b", 4, "a…"), ("\u{1b}", 4, #"\x1b"#), ("\u{1b}", 3, "…"), ("", 0, ""),
        ]
    )
    func isBounded(text: String, limit: Int, expected: String) {
        var output: [UInt8] = []

        let columns = TerminalText.escape(Array(text.utf8).span, limit: limit, to: &output)

        #expect(String(decoding: output, as: UTF8.self) == expected)
        #expect(columns <= limit)
    }

    @Test("a string is escaped as a whole")
    func escapesString() {
        #expect(TerminalText.escape("a\u{1b}]0;title\u{7}") == #"a\x1b]0;title\x07"#)
    }
}
