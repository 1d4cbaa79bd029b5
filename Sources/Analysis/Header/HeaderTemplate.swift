// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Tests the bytes at fixed positions of a line against a picture of a header.
enum HeaderTemplate {
    /// Whether the line has, from `offset` on, the bytes of the template.
    ///
    /// `?` stands for any byte, `0` for a digit, every other byte for itself.
    static func fits(
        _ text: Span<UInt8>,
        _ template: StaticString,
        offset: Int = 0
    ) -> Bool {
        template.withUTF8Buffer { expected in
            guard offset + expected.count <= text.count else { return false }
            for index in expected.indices {
                let byte = text[offset + index]
                switch expected[index] {
                case UInt8(ascii: "?"): continue
                case UInt8(ascii: "0"): if byte &- 0x30 >= 10 { return false }
                case byte: continue
                default: return false
                }
            }
            return true
        }
    }
}
