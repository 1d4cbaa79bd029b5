// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The pre-decoder: finds the header of a log line by the bytes at fixed
/// positions, and cuts it off.
///
/// Digits and month names are mostly not looked at; the first form that fits
/// wins. Source: analysis-engine.md §3.3.
package enum HeaderParser {
    /// Reads the header of a line.
    ///
    /// - Complexity: O(1), but for the length of host and program name, the
    ///   Solaris tag and the items of the OS X form.
    package static func parse(_ text: Span<UInt8>) -> LogHeader {
        if let cut = syslogCut(text) {
            return NameParser.parse(text, timestamp: 0..<cut - 1, from: cut)
        }
        return OtherHeaders.parse(text)
    }

    /// Where the log starts in a line of group A, in bytes; nil for others.
    private static func syslogCut(_ text: Span<UInt8>) -> Int? {
        guard text.count > 16 else { return nil }
        // `Mär`: the tests see a line in which the two bytes of `ä` are one; the
        // cut is that of the repaired line.
        let isGermanMarch = text[1] == 0xC3 && text[2] == 0xA4
        return syslogCut(text, shift: isGermanMarch ? 1 : 0)
    }

    private static func syslogCut(_ text: Span<UInt8>, shift: Int) -> Int? {
        let length = text.count + 1 - shift
        if length > 17, fits(text, "??? ?? ??:??:?? ", shift) { return 16 }
        if length > 24, fits(text, "????-??-?? ??:??:??,", shift) { return 24 }
        if length > 33, fits(text, "????-??-??T??:??:??", shift),
            let cut = isoCut(text, shift)
        {
            return cut
        }
        if length > 21, fits(text, "0??? ??? ?? ??:??:?? ", shift) { return 21 }
        if length > 33, fits(text, "0???-??-?? ??:??:??.", shift),
            isSign(text[26 + shift]), text[31 + shift] == UInt8(ascii: " ")
        {
            return 32
        }
        return nil
    }

    /// The forms with `T` between date and clock, told apart by their fraction.
    private static func isoCut(_ text: Span<UInt8>, _ shift: Int) -> Int? {
        let colon = UInt8(ascii: ":")
        if text[22 + shift] == colon, text[25 + shift] == UInt8(ascii: " ") { return 26 }
        guard text[19 + shift] == UInt8(ascii: ".") else { return nil }
        if text[26 + shift] == colon { return 30 }
        if text[29 + shift] == colon { return 33 }
        return 32
    }

    /// As ``HeaderTemplate``; with a shift the template's first byte is the
    /// line's first, and the others lie one further.
    private static func fits(
        _ text: Span<UInt8>,
        _ template: StaticString,
        _ shift: Int
    ) -> Bool {
        HeaderTemplate.fits(text, template, offset: shift)
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }
}
