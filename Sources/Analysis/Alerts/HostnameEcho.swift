// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The hostname as an alert's `predecoder` echoes it: not what the pre-decoder
/// found, but the first word behind a classic header.
///
/// Source: analysis-engine.md §7.2, note on `predecoder.hostname`.
enum HostnameEcho {
    /// Where the hostname stands in a log's text; nil without a header
    /// `Dec 29 10:00:01 `.
    static func find(in text: Span<UInt8>) -> Range<Int>? {
        guard HeaderTemplate.fits(text, "??? ?0 00:00:00 "), isMonth(text), isDay(text[4])
        else { return nil }
        let end = ByteCompare.find(UInt8(ascii: " "), in: text, from: 16) ?? text.count
        return end > 16 ? 16..<end : nil
    }

    private static func isMonth(_ text: Span<UInt8>) -> Bool {
        text[0] &- 0x41 < 26 && text[1] &- 0x61 < 26 && text[2] &- 0x61 < 26
    }

    private static func isDay(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte &- 0x30 < 4
    }
}
