// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Values out of an alert's JSON line.
enum AlertText {
    /// What a path leads to.
    enum Value: Equatable {
        /// Unescaped; what is not UTF-8 is replaced.
        case string(String)
        /// A number, a word, an array or an object, as it is written.
        case other(ArraySlice<UInt8>)

        /// As a cell of a table.
        var text: String {
            switch self {
            case .string(let text): text
            case .other(let bytes): String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The alert's `id`; nil when it is no plain text.
    static func id(_ json: ArraySlice<UInt8>) -> String? {
        guard case .string(let id) = value("id", in: json), !id.isEmpty,
            id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return id
    }

    /// The string at a path of keys joined by dots; nil when there is none.
    static func string(_ path: String, in json: ArraySlice<UInt8>) -> String? {
        guard case .string(let text) = value(path, in: json) else { return nil }
        return text
    }

    /// What stands at a path of keys joined by dots; a key may have dots itself.
    static func value(_ path: String, in json: ArraySlice<UInt8>) -> Value? {
        find(Array(path.utf8)[...], in: json).map(read)
    }

    /// Recurses at most as deep as the path has dots.
    private static func find(
        _ path: ArraySlice<UInt8>,
        in object: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8>? {
        var members = JSONMembers(object)
        while let member = members.next() {
            let key = member.key
            guard path.starts(with: key) else { continue }
            let rest = path.dropFirst(key.count)
            if rest.isEmpty { return member.value }
            guard rest.first == UInt8(ascii: "."), member.value.first == UInt8(ascii: "{") else {
                continue
            }
            if let found = find(rest.dropFirst(), in: member.value) { return found }
        }
        return nil
    }

    private static func read(_ value: ArraySlice<UInt8>) -> Value {
        guard value.first == UInt8(ascii: "\"") else { return .other(value) }
        let inside = value.dropFirst().dropLast()
        guard inside.contains(UInt8(ascii: "\\")) else {
            return .string(String(decoding: inside, as: UTF8.self))
        }
        let repaired = Data(String(decoding: value, as: UTF8.self).utf8)
        // An escape that is none leaves the text as it is written.
        let text = try? JSONDecoder().decode(String.self, from: repaired)
        return .string(text ?? String(decoding: inside, as: UTF8.self))
    }
}

/// The members of a JSON object, one after the other, without a look into their
/// values; never out of bounds, whatever the text is.
struct JSONMembers {
    /// A member: the key between its quotes as written, the value whole.
    struct Member {
        let key: ArraySlice<UInt8>
        let value: ArraySlice<UInt8>
    }

    private let text: ArraySlice<UInt8>
    private var position: Int

    init(_ object: ArraySlice<UInt8>) {
        text = object
        position = object.startIndex
        skipSpace()
        if !take(UInt8(ascii: "{")) { position = text.endIndex }
    }

    /// The next member; nil at the end or where the text is no object.
    mutating func next() -> Member? {
        skipSpace()
        _ = take(UInt8(ascii: ","))
        skipSpace()
        let keyStart = position
        guard skipString() else { return nil }
        let key = text[(keyStart + 1)..<(position - 1)]
        skipSpace()
        guard take(UInt8(ascii: ":")) else { return nil }
        skipSpace()
        let valueStart = position
        guard skipValue(), position > valueStart else { return nil }
        return Member(key: key, value: text[valueStart..<position])
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < text.endIndex, text[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) {
            position += 1
        }
    }

    /// Passes over a string; false when none begins here or it has no end.
    private mutating func skipString() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while position < text.endIndex {
            let byte = text[position]
            position = min(position + (byte == UInt8(ascii: "\\") ? 2 : 1), text.endIndex)
            if byte == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    private mutating func skipValue() -> Bool {
        var depth = 0
        while position < text.endIndex {
            switch text[position] {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
                if depth == 0 { return true }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
                if depth == 0 {
                    position += 1
                    return true
                }
            case UInt8(ascii: ","), UInt8(ascii: " "):
                if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return depth == 0
    }
}
