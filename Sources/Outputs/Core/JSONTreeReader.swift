// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads a JSON text into a tree: bounded in depth, and never trapping.
///
/// Bytes that are not UTF-8 become U+FFFD: what leaves is text.
package struct JSONTreeReader {
    private static let depthLimit = 64

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value of a whole text; nil when it is no JSON.
    package static func read(_ bytes: [UInt8]) -> JSONTree? {
        var reader = JSONTreeReader(bytes)
        guard let value = reader.value(0) else { return nil }
        reader.skipBlanks()
        return reader.index == bytes.count ? value : nil
    }

    private mutating func value(_ depth: Int) -> JSONTree? {
        skipBlanks()
        guard depth < Self.depthLimit, index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return word("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object(_ depth: Int) -> JSONTree? {
        index += 1
        var members: [JSONTree.Member] = []
        if take("}") { return .object(members) }
        repeat {
            skipBlanks()
            guard let key = string(), take(":"), let value = value(depth + 1) else { return nil }
            members.append(JSONTree.Member(key, value))
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array(_ depth: Int) -> JSONTree? {
        index += 1
        var values: [JSONTree] = []
        if take("]") { return .array(values) }
        repeat {
            guard let value = value(depth + 1) else { return nil }
            values.append(value)
        } while take(",")
        return take("]") ? .array(values) : nil
    }

    private mutating func string() -> String? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard escape(into: &text) else { return nil }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"):
            guard let unit = hexUnit() else { return false }
            text.append(contentsOf: String(scalar(from: unit)).utf8)
        default: return false
        }
        return true
    }

    /// The character of a unit, with the second half of a pair; U+FFFD for half of one.
    private mutating func scalar(from unit: UInt32) -> Character {
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        let start = index
        if (0xD800..<0xDC00).contains(unit), index + 1 < bytes.count,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        {
            index += 2
            if let low = hexUnit(), (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            {
                return Character(scalar)
            }
            index = start
        }
        return "\u{FFFD}"
    }

    private mutating func hexUnit() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
        index += 4
        return digits.utf8.first == UInt8(ascii: "+") ? nil : UInt32(digits, radix: 16)
    }

    private mutating func number() -> JSONTree? {
        let start = index
        while index < bytes.count, Self.numberBytes.contains(bytes[index]) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard Double(text) != nil else { return nil }
        return .number(text)
    }

    private static let numberBytes = Set("0123456789+-.eE".utf8)

    private mutating func word(_ word: StaticString) -> Bool {
        let matches = word.withUTF8Buffer { wanted in
            bytes[index...].prefix(wanted.count).elementsEqual(wanted)
        }
        if matches { index += word.utf8CodeUnitCount }
        return matches
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }
}
