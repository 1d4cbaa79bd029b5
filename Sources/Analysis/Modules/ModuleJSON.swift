// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A small JSON document of an agent's module, as a tree.
///
/// Modules send few and flat objects; what is nested deeper than any of them is
/// malformed.
indirect enum ModuleJSON {
    case object([(key: [UInt8], value: ModuleJSON)])
    case array([ModuleJSON])
    /// Also numbers, as they are written, and `true`, `false`.
    case text([UInt8], isString: Bool)
    case null

    private static let depthLimit = 32

    /// Reads the value that a text begins with; nil when it is malformed.
    init?(_ text: Span<UInt8>) {
        var cursor = JSONCursor(position: 0, end: text.count)
        guard let value = Self.value(&cursor, text, depth: 0) else { return nil }
        self = value
    }

    private static func value(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        depth: Int
    ) -> ModuleJSON? {
        guard depth < depthLimit, let kind = cursor.nextKind(in: text) else { return nil }
        switch kind {
        case .object: return object(&cursor, text, depth: depth)
        case .array: return array(&cursor, text, depth: depth)
        case .string: return string(&cursor, text).map { .text($0, isString: true) }
        case .number:
            guard let range = cursor.number(in: text) else { return nil }
            return .text(text.bytes(in: range), isString: false)
        case .yes: return .text(Array("true".utf8), isString: false)
        case .no: return .text(Array("false".utf8), isString: false)
        case .null: return .null
        }
    }

    private static func object(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        depth: Int
    ) -> ModuleJSON? {
        cursor.position += 1
        if cursor.pass(UInt8(ascii: "}"), in: text) { return .object([]) }
        var members: [(key: [UInt8], value: ModuleJSON)] = []
        while true {
            cursor.skipSpace(in: text)
            guard cursor.isAt(UInt8(ascii: "\""), in: text), let key = string(&cursor, text),
                cursor.pass(UInt8(ascii: ":"), in: text),
                let value = value(&cursor, text, depth: depth + 1)
            else { return nil }
            members.append((key, value))
            if cursor.pass(UInt8(ascii: "}"), in: text) { return .object(members) }
            guard cursor.pass(UInt8(ascii: ","), in: text) else { return nil }
        }
    }

    private static func array(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        depth: Int
    ) -> ModuleJSON? {
        cursor.position += 1
        if cursor.pass(UInt8(ascii: "]"), in: text) { return .array([]) }
        var elements: [ModuleJSON] = []
        while let element = value(&cursor, text, depth: depth + 1) {
            elements.append(element)
            if cursor.pass(UInt8(ascii: "]"), in: text) { return .array(elements) }
            guard cursor.pass(UInt8(ascii: ","), in: text) else { return nil }
        }
        return nil
    }

    private static func string(_ cursor: inout JSONCursor, _ text: Span<UInt8>) -> [UInt8]? {
        guard let token = cursor.string(in: text) else { return nil }
        var bytes: [UInt8] = []
        return JSONUnescaping.append(token.content, of: text, to: &bytes) ? bytes : nil
    }

    // MARK: Looking

    /// The first member of a name; nil when there is none, or this is no object.
    subscript(_ key: String) -> ModuleJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.elementsEqual(key.utf8) }?.value
    }

    /// A scalar as text; nil for what is none.
    var text: [UInt8]? {
        if case .text(let bytes, _) = self { return bytes }
        return nil
    }

    /// A scalar as text; nil for none, an empty text and the single blank that agents
    /// send for an empty one.
    var shownText: [UInt8]? {
        guard let text, !text.isEmpty, text != [UInt8(ascii: " ")] else { return nil }
        return text
    }

    /// The members of an object, in their order; none for what is no object.
    var members: [(key: [UInt8], value: ModuleJSON)] {
        if case .object(let members) = self { return members }
        return []
    }

    /// The scalars of an array; none for what is no array.
    var texts: [[UInt8]] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap(\.text)
    }
}

extension Span<UInt8> {
    /// A copy of a part.
    func bytes(in range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBufferPointer { Array($0) }
    }
}
