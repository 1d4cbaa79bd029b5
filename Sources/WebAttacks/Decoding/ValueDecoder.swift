// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Undoes the encodings of a value, one round at a time, in buffers that stay.
///
/// The first round is what every server does, and what the log's writer did to
/// the bytes before: percent, `+`, `%u`, `\x`. Those that follow also undo HTML
/// entities, escapes of scripts, and UTF-7.
struct ValueDecoder: Sendable {
    /// The value after the last round.
    private(set) var bytes: [UInt8] = []
    private var spare: [UInt8] = []

    /// Bytes that a value is decoded up to; the rest is cut off.
    static let sizeLimit = 2048
    /// The most bytes that one code point takes.
    private static let longest = 3
    /// Rounds after the first.
    static let roundLimit = 3

    init() {
        bytes.reserveCapacity(Self.sizeLimit + 16)
        spare.reserveCapacity(Self.sizeLimit + 16)
    }

    /// Decodes a value as it was sent.
    ///
    /// With `isQuery`, `+` is a blank.
    mutating func start(_ raw: Span<UInt8>, isQuery: Bool) {
        bytes.removeAll(keepingCapacity: true)
        var hasHigh = false
        bytes.append(addingCapacity: Self.sizeLimit + Self.longest) { output in
            hasHigh = Self.decode(raw, isQuery: isQuery, &output)
        }
        if hasHigh { Lookalikes.fold(&bytes) }
    }

    /// The first byte of a value as it is decoded; nil of an empty one.
    static func first(of raw: Span<UInt8>) -> UInt8? {
        guard !raw.isEmpty else { return nil }
        guard raw[0] == UInt8(ascii: "%"), let (value, _) = percent(raw, 0, raw.count) else {
            return raw[0]
        }
        return UInt8(truncatingIfNeeded: value)
    }

    /// Writes the value's first ``sizeLimit`` bytes; whether one is beyond ASCII.
    private static func decode(
        _ raw: Span<UInt8>,
        isQuery: Bool,
        _ output: inout OutputSpan<UInt8>
    ) -> Bool {
        let count = raw.count
        var at = 0
        var hasHigh = false
        while at < count, output.count < sizeLimit {
            let byte = raw[at]
            if byte == UInt8(ascii: "%"), let (value, length) = percent(raw, at, count) {
                hasHigh = append(value, &output) || hasHigh
                at += length
            } else if byte == UInt8(ascii: "\\"), at + 3 < count, raw[at + 1] == UInt8(ascii: "x"),
                let high = ByteClass.hexValue(raw[at + 2]),
                let low = ByteClass.hexValue(raw[at + 3])
            {
                hasHigh = append(UInt32(high << 4 | low), &output) || hasHigh
                at += 4
            } else {
                output.append(isQuery && byte == UInt8(ascii: "+") ? 0x20 : byte)
                hasHigh = hasHigh || byte >= 0x80
                at += 1
            }
        }
        return hasHigh
    }

    /// Takes text that is already decoded.
    mutating func start(decoded text: borrowing [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: copy text)
    }

    /// Undoes one more encoding; false when there is none.
    mutating func again() -> Bool {
        guard mayChange else { return blankPluses() || joinWords() }
        // Each buffer has one owner at a time, so that neither is copied.
        var plain = spare
        spare = []
        plain.removeAll(keepingCapacity: true)
        var seen = (changed: false, high: false)
        plain.append(addingCapacity: bytes.count + Self.longest) { output in
            seen = Self.unescape(bytes.span, &output)
        }
        spare = bytes
        bytes = plain
        if seen.high { Lookalikes.fold(&bytes) }
        return seen.changed || blankPluses() || joinWords()
    }

    /// Writes the text without its escapes: whether there was one, and whether a byte is beyond
    /// ASCII.
    ///
    /// An escape is never shorter than what it stands for.
    private static func unescape(
        _ text: Span<UInt8>,
        _ output: inout OutputSpan<UInt8>
    ) -> (changed: Bool, high: Bool) {
        let count = text.count
        var at = 0
        var changed = false
        var hasHigh = false
        while at < count, output.freeCapacity >= longest {
            if let (value, length) = escape(text, at, count) {
                hasHigh = append(value, &output) || hasHigh
                at += length
                changed = true
            } else {
                hasHigh = hasHigh || text[at] >= 0x80
                output.append(text[at])
                at += 1
            }
        }
        return (changed, hasHigh)
    }

    private var mayChange: Bool {
        let text = bytes.span
        for at in 0..<text.count {
            let byte = text[at]
            if byte == 0x25 || byte == 0x26 || byte == 0x5C { return true }
            if byte | 0x20 == UInt8(ascii: "x"), at > 0, text[at - 1] == UInt8(ascii: "0") {
                return true
            }
        }
        return UTF7.occurs(text)
    }

    /// Text without a blank whose `+` were encoded once more: they are the blanks.
    private mutating func blankPluses() -> Bool {
        var hasPlus = false
        for byte in bytes {
            if ByteClass.isBlank(byte) { return false }
            hasPlus = hasPlus || byte == UInt8(ascii: "+")
        }
        guard hasPlus else { return false }
        for at in bytes.indices where bytes[at] == UInt8(ascii: "+") { bytes[at] = 0x20 }
        return true
    }

    /// Takes out comments that part a word: `uni/**/on`.
    private mutating func joinWords() -> Bool {
        let count = bytes.count
        guard let start = firstComment else { return false }
        var to = start
        var at = start
        var changed = false
        while at < count {
            if at > 0, at + 4 < count, bytes[at] == 0x2F, bytes[at + 1] == 0x2A,
                ByteClass.isLetter(bytes[at - 1]), let end = commentEnd(at + 2), end < count,
                ByteClass.isLetter(bytes[end])
            {
                at = end
                changed = true
                continue
            }
            bytes[to] = bytes[at]
            to += 1
            at += 1
        }
        bytes.removeSubrange(to..<count)
        return changed
    }

    private var firstComment: Int? {
        let text = bytes.span
        guard text.count > 1 else { return nil }
        return (0..<text.count - 1).first { text[$0] == 0x2F && text[$0 + 1] == 0x2A }
    }

    /// Where a short comment ends.
    private func commentEnd(_ from: Int) -> Int? {
        var at = from
        while at + 1 < bytes.count, at < from + 24 {
            if bytes[at] == 0x2A, bytes[at + 1] == 0x2F { return at + 2 }
            at += 1
        }
        return nil
    }

    /// Appends a code point as UTF-8, a byte below 256 as it is; whether it is
    /// beyond ASCII.
    private static func append(_ value: UInt32, _ output: inout OutputSpan<UInt8>) -> Bool {
        if value < 0x80 {
            output.append(UInt8(value))
            return false
        }
        if value < 0x100 {
            output.append(UInt8(value))
        } else if value < 0x800 {
            output.append(UInt8(0xC0 | value >> 6))
            output.append(UInt8(0x80 | value & 0x3F))
        } else {
            output.append(UInt8(0xE0 | (value >> 12) & 0x0F))
            output.append(UInt8(0x80 | (value >> 6) & 0x3F))
            output.append(UInt8(0x80 | value & 0x3F))
        }
        return true
    }

    private static func escape(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        switch text[at] {
        case UInt8(ascii: "%"): percent(text, at, count)
        case UInt8(ascii: "&"): Entities.decode(text, at, count)
        case UInt8(ascii: "\\"): backslash(text, at, count)
        case UInt8(ascii: "A"): UTF7.decode(text, at, count)
        case UInt8(ascii: "0"): zeroX(text, at, count)
        default: nil
        }
    }

    /// `%41`, `%u0041`, and `%4%1`, which some servers accept.
    private static func percent(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        guard at + 2 < count else { return nil }
        if let high = ByteClass.hexValue(text[at + 1]) {
            if let low = ByteClass.hexValue(text[at + 2]) { return (UInt32(high << 4 | low), 3) }
            guard at + 3 < count, text[at + 2] == UInt8(ascii: "%"),
                let low = ByteClass.hexValue(text[at + 3])
            else { return nil }
            if at + 4 < count, ByteClass.isHex(text[at + 4]) { return nil }
            return (UInt32(high << 4 | low), 4)
        }
        guard text[at + 1] | 0x20 == UInt8(ascii: "u") else { return nil }
        return hex(text, at + 2, 4, count).map { ($0, 6) }
    }

    /// `0x2e`, `0x2f`, `0x5c`: the characters of a path, and no others.
    private static func zeroX(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        guard at + 3 < count, text[at + 1] | 0x20 == UInt8(ascii: "x"),
            let value = hex(text, at + 2, 2, count)
        else { return nil }
        return value == 0x2E || value == 0x2F || value == 0x5C ? (value, 4) : nil
    }

    /// `\x41`, `\u0041`, `\u{41}`, `\101`.
    private static func backslash(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        guard at + 3 < count else { return nil }
        switch text[at + 1] | 0x20 {
        case UInt8(ascii: "x"):
            return hex(text, at + 2, 2, count).map { ($0, 4) }
        case UInt8(ascii: "u"):
            if text[at + 2] == UInt8(ascii: "{") {
                var end = at + 3
                while end < count, end < at + 10, ByteClass.isHex(text[end]) { end += 1 }
                guard end > at + 3, end < count, text[end] == UInt8(ascii: "}") else { return nil }
                return hex(text, at + 3, min(4, end - at - 3), count).map { ($0, end + 1 - at) }
            }
            return hex(text, at + 2, 4, count).map { ($0, 6) }
        default:
            guard text[at + 1] == UInt8(ascii: "0") || text[at + 1] == UInt8(ascii: "1") else {
                return nil
            }
            var value: UInt32 = 0
            for index in at + 1..<at + 4 {
                guard text[index] &- UInt8(ascii: "0") < 8 else { return nil }
                value = value << 3 | UInt32(text[index] &- UInt8(ascii: "0"))
            }
            return value < 0x80 ? (value, 4) : nil
        }
    }

    static func hex(_ text: Span<UInt8>, _ at: Int, _ digits: Int, _ count: Int) -> UInt32? {
        guard at + digits <= count else { return nil }
        var value: UInt32 = 0
        for index in at..<at + digits {
            guard let digit = ByteClass.hexValue(text[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

/// The few sequences of UTF-7 that hide markup.
enum UTF7 {
    private static let sequences: [(StaticString, UInt8)] = [
        ("ADw-", 0x3C), ("AD4-", 0x3E), ("ACI-", 0x22), ("ACc-", 0x27), ("AC8-", 0x2F),
        ("AD0-", 0x3D),
    ]

    static func occurs(_ text: Span<UInt8>) -> Bool {
        guard text.count > 6 else { return false }
        for at in 0..<text.count - 3
        where text[at] == 0x41 && text[at + 3] == 0x2D && decode(text, at, text.count) != nil {
            return true
        }
        return false
    }

    static func decode(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        guard at + 3 < count, text[at + 3] == 0x2D, text[at + 1] == 0x44 || text[at + 1] == 0x43
        else { return nil }
        for (sequence, byte) in sequences {
            let matches = sequence.withUTF8Buffer { $0[2] == text[at + 2] && $0[1] == text[at + 1] }
            if matches { return (UInt32(byte), 4) }
        }
        return nil
    }
}
