// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Headers without host and program behind a timestamp: transfer logs, snort,
/// Apache's error log, the OS X system log, squid.
///
/// Source: analysis-engine.md §3.3, group B.
enum OtherHeaders {
    /// Reads the header of a line that no form of group A fits.
    static func parse(_ text: Span<UInt8>) -> LogHeader {
        let length = text.count + 1
        if length > 28, HeaderTemplate.fits(text, "??? ??? ?? ??:??:?? ???? ? ") {
            return LogHeader(timestamp: 0..<24, log: 25..<text.count)
        }
        if length > 24, HeaderTemplate.fits(text, "??/??-??:??:??.?????? ") {
            return LogHeader(timestamp: 0..<21, log: 23..<text.count)
        }
        if length > 28, HeaderTemplate.fits(text, "??/??/????-??:??:??.?????? ") {
            return LogHeader(timestamp: 0..<26, log: 28..<text.count)
        }
        if length > 27, HeaderTemplate.fits(text, "[??? ??? ?? ??:??:?? ????]") {
            return LogHeader(timestamp: 1..<25, log: 27..<text.count)
        }
        if length > 26, HeaderTemplate.fits(text, "[T??? ????.??.?? ??:") {
            return appleLog(text)
        }
        if length > 32, HeaderTemplate.fits(text, "1000??????.??0 "),
            text[21] == UInt8(ascii: " ") || text[22] == UInt8(ascii: " ")
        {
            return squid(text)
        }
        return LogHeader(log: 0..<text.count)
    }

    private static func squid(_ text: Span<UInt8>) -> LogHeader {
        var cut = 14
        while cut < text.count, text[cut] == UInt8(ascii: " ") { cut += 1 }
        return LogHeader(timestamp: 0..<cut - 1, log: cut..<text.count)
    }

    /// `[Time … UTC] [Facility auth] [Sender sshd] [Message …] [Host h]`.
    private static func appleLog(_ text: Span<UInt8>) -> LogHeader {
        var header = LogHeader(log: 25..<text.count)
        var hasMessage = false
        var position = 25
        while let open = find(UInt8(ascii: "["), in: text, from: position) {
            position = open + 1
            if header.programName == nil, HeaderTemplate.fits(text, "Sender ", offset: position) {
                guard let close = find(UInt8(ascii: "]"), in: text, from: position) else { break }
                header.programName = position + 7..<close
                position = close
            } else if !hasMessage, HeaderTemplate.fits(text, "Message ", offset: position) {
                guard let close = find(UInt8(ascii: "]"), in: text, from: position) else { break }
                header.log = position + 8..<close
                hasMessage = true
                position = close
            } else if HeaderTemplate.fits(text, "Host ", offset: position) {
                let close = find(UInt8(ascii: "]"), in: text, from: position)
                if let close { header.hostname = position + 5..<close }
                break
            }
        }
        return header
    }

    private static func find(_ byte: UInt8, in text: Span<UInt8>, from start: Int) -> Int? {
        var position = start
        while position < text.count {
            if text[position] == byte { return position }
            position += 1
        }
        return nil
    }
}
