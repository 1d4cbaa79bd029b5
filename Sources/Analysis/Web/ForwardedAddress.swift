// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Finds in `X-Forwarded-For` for whom a trusted proxy speaks.
///
/// Each proxy appends whom it heard; what stands left of the first address that is not a
/// trusted proxy's may be anybody's invention.
enum ForwardedAddress {
    /// More of a chain is not read; a longer one leaves the peer as the source.
    private static let hopLimit = 32

    /// The range of the rightmost address that is not trusted; nil when there is none,
    /// or what stands there is no address.
    ///
    /// The text is a list parted by commas; `address:port`, `[v6]:port` and what is in
    /// quotes or brackets count as the address.
    static func source(
        in text: Span<UInt8>,
        _ range: Range<Int>,
        trusted: AddressList
    ) -> Range<Int>? {
        var end = range.upperBound
        for _ in 0..<hopLimit {
            var start = end
            while start > range.lowerBound, text[start - 1] != UInt8(ascii: ",") { start -= 1 }
            guard let address = address(in: text, start..<end) else { return nil }
            if !trusted.contains(text.extracting(address)) { return address }
            guard start > range.lowerBound else { return address }
            end = start - 1
        }
        return nil
    }

    /// The last address of a list, whoever it is.
    static func last(in text: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var start = range.upperBound
        while start > range.lowerBound, text[start - 1] != UInt8(ascii: ",") { start -= 1 }
        return address(in: text, start..<range.upperBound)
    }

    /// The address alone: without blanks, quotes, brackets, port; nil when it is none.
    static func address(in text: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isAround(text[start]) { start += 1 }
        while end > start, isAround(text[end - 1]) { end -= 1 }
        if IPAddress(text.extracting(start..<end)) != nil { return start..<end }
        // A port behind a colon.
        var colon = end
        while colon > start, text[colon - 1] &- 0x30 < 10 { colon -= 1 }
        guard colon > start, colon < end, text[colon - 1] == UInt8(ascii: ":") else { return nil }
        end = colon - 1
        while end > start, isAround(text[end - 1]) { end -= 1 }
        return IPAddress(text.extracting(start..<end)) == nil ? nil : start..<end
    }

    private static func isAround(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "[")
            || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "\\")
    }
}
