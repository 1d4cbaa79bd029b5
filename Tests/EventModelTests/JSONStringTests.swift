// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

/// Strings are gone over eight bytes at a time; no place may be special.
@Suite("JSON strings")
struct JSONStringTests {
    @Test("every byte is escaped, or not, at every place of a string")
    func everyPlace() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var text = [UInt8]("abcdefghijklmnopqrs\u{7F}".utf8)
                text[place] = byte
                var output: [UInt8] = []
                output.appendJSONString(text.span)

                let escape = Self.escape(byte) ?? [byte]
                let quote = [UInt8(ascii: "\"")]
                let expected = quote + text[..<place] + escape + text[(place + 1)...] + quote
                #expect(output == expected, "byte \(byte) at \(place)")
            }
        }
    }

    /// Source: analysis-engine.md §7.2.
    private static func escape(_ byte: UInt8) -> [UInt8]? {
        let short: [UInt8: String] = [
            8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x22: "\\\"", 0x5C: "\\\\",
        ]
        if let text = short[byte] { return [UInt8](text.utf8) }
        guard byte < 0x20 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return [UInt8]("\\u00".utf8) + [digits[Int(byte) / 16], digits[Int(byte) % 16]]
    }
}
