// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A walk over JSON text, tolerant of what does not matter and never out of
/// bounds; the text is handed to each call.
struct JSONScanner {
    /// Where the next value or mark begins, white space aside.
    private(set) var position: Int

    init(position: Int) {
        self.position = position
    }

    /// Passes over a byte if it is the next one.
    mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
        skipSpace(text)
        guard position < text.count, text[position] == byte else { return false }
        position += 1
        return true
    }

    /// A string, unescaped; nil when none begins here or it does not end.
    mutating func string(_ text: Span<UInt8>) -> [UInt8]? {
        skipSpace(text)
        let start = position + 1
        guard skipString(text) else { return nil }
        return Self.unescape(text.extracting(start..<position - 1))
    }

    /// A string, unescaped, or the bytes of a number or word; empty for an
    /// object or array, which is passed over.
    mutating func scalar(_ text: Span<UInt8>) -> [UInt8]? {
        skipSpace(text)
        guard position < text.count else { return nil }
        let first = text[position]
        if first == UInt8(ascii: "\"") { return string(text) }
        let start = position
        guard skipValue(text) else { return nil }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return [] }
        var value: [UInt8] = []
        for index in start..<position { value.append(text[index]) }
        return value
    }

    /// Passes over a value of any kind and depth; false when it has no end.
    mutating func skipValue(_ text: Span<UInt8>) -> Bool {
        skipSpace(text)
        var depth = 0
        let start = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                guard skipString(text) else { return false }
                if depth == 0 { return true }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position > start }
                depth -= 1
                if depth == 0 {
                    position += 1
                    return true
                }
            case UInt8(ascii: ","), UInt8(ascii: " "):
                if depth == 0 { return position > start }
            default: break
            }
            position += 1
        }
        return depth == 0 && position > start
    }

    private mutating func skipSpace(_ text: Span<UInt8>) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func skipString(_ text: Span<UInt8>) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: "\"") else { return false }
        position += 1
        while position < text.count {
            let byte = text[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        position = text.count
        return false
    }
}

extension JSONScanner {
    /// The bytes that the inside of a JSON string stands for.
    ///
    /// An escape that is none, and half a surrogate pair, become U+FFFD.
    static func unescape(_ text: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        result.appendUnescaped(text, limit: text.count * 3)
        return result
    }
}
