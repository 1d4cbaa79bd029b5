// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The decoder plug-in `JSON_Decoder`: every leaf of a JSON object becomes a
/// field named by its path.
///
/// - Compatibility: `docker.time` and `docker.timeNano` keep the digits of a
///   whole number; Wazuh prints a nanosecond time stamp as a rounded float with
///   six decimals.
///
/// Source: analysis-engine.md §4.5.
struct JSONExtractor: Sendable {
    /// What extraction met that it had to leave out.
    struct Losses: Sendable {
        /// Fields beyond the limit of an event.
        var surplusFields = 0
        /// Fields of the log that claim to be the container's.
        var spoofedFields = 0
    }

    /// An object that is not closed yet.
    private struct Open {
        /// Its node of ``JSONPaths``, or ``JSONPaths/unknown``.
        let node: Int
        /// Of an unknown node, the length of its own ``JSONExtractor/path``.
        let pathCount: Int
    }

    private let fieldLimit: Int
    private var open: [Open] = []
    /// Node of the last key.
    private var key = JSONPaths.root
    /// Path of the last key if its node is unknown.
    private var path: [UInt8] = []
    private var readable = JSONTranscoder(style: .readable)
    private var scratch: [UInt8] = []
    private(set) var losses = Losses()

    init(fieldLimit: Int) {
        self.fieldLimit = fieldLimit
    }

    /// A longer comma list of an array is dropped (§4.5).
    private static let joinedLimit = 65_536

    /// Adds the fields of the object that begins in `range`; malformed text adds
    /// nothing.
    mutating func extract(
        _ range: Range<Int>,
        of text: Span<UInt8>,
        options: LogDecoder.JSONOptions,
        protectsContainer: Bool,
        into event: inout DecodedEvent
    ) {
        var cursor = JSONCursor(position: range.lowerBound, end: range.upperBound)
        if ByteCompare.starts(text, at: cursor.position, "\u{FEFF}"),
            cursor.position + 3 <= cursor.end
        {
            cursor.position += 3
        }
        cursor.skipSpace(in: text)
        guard cursor.isAt(UInt8(ascii: "{"), in: text) else { return }
        let before = event.checkpoint
        let target = Target(options: options, protectsContainer: protectsContainer)
        if !walk(&cursor, text, target, &event) { event.restore(before) }
    }

    private struct Target {
        let options: LogDecoder.JSONOptions
        let protectsContainer: Bool
    }

    private mutating func walk(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ target: Target,
        _ event: inout DecodedEvent
    ) -> Bool {
        event.paths.start()
        key = JSONPaths.root
        open.removeAll(keepingCapacity: true)
        open.append(Open(node: key, pathCount: 0))
        cursor.position += 1
        cursor.skipSpace(in: text)
        var isEmpty = cursor.isAt(UInt8(ascii: "}"), in: text)
        while true {
            if isEmpty {
                cursor.position += 1
                open.removeLast()
                isEmpty = false
            } else {
                guard readKey(&cursor, text, &event.paths), let kind = cursor.nextKind(in: text) else {
                    return false
                }
                if kind == .object {
                    guard open.count < JSONCursor.depthLimit else { return false }
                    open.append(Open(node: key, pathCount: path.count))
                    cursor.position += 1
                    cursor.skipSpace(in: text)
                    isEmpty = cursor.isAt(UInt8(ascii: "}"), in: text)
                    continue
                }
                guard addLeaf(kind, &cursor, text, target, &event) else { return false }
            }
            guard let isNext = closeObjects(&cursor, text) else { return false }
            if !isNext { return true }
        }
    }

    /// Behind a value: true when a comma follows, false when the outermost object
    /// is closed, nil when neither.
    private mutating func closeObjects(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>
    ) -> Bool? {
        while !open.isEmpty {
            cursor.skipSpace(in: text)
            guard cursor.position < cursor.end else { return nil }
            let byte = text[cursor.position]
            cursor.position += 1
            if byte == UInt8(ascii: ",") { return true }
            guard byte == UInt8(ascii: "}") else { return nil }
            open.removeLast()
        }
        return false
    }

    /// Reads a key with its colon.
    private mutating func readKey(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ paths: inout JSONPaths
    ) -> Bool {
        cursor.skipSpace(in: text)
        guard let object = open.last, cursor.isAt(UInt8(ascii: "\""), in: text) else {
            return false
        }
        let next = cursor.position + 1
        if let node = paths.expected(after: key, in: object.node, text, before: cursor.end, at: next) {
            key = node
            cursor.position = next + paths.nodes[node].key.count + 1
            return cursor.pass(UInt8(ascii: ":"), in: text)
        }
        guard let token = cursor.string(in: text), find(token, object, text, &paths) else {
            return false
        }
        return cursor.pass(UInt8(ascii: ":"), in: text)
    }

    /// Makes a key the last; false when it is malformed.
    private mutating func find(
        _ token: JSONCursor.StringToken,
        _ object: Open,
        _ text: Span<UInt8>,
        _ paths: inout JSONPaths
    ) -> Bool {
        let previous = key
        key = JSONPaths.unknown
        if object.node >= 0 {
            let found = paths.find(
                token.content,
                of: text,
                in: object.node,
                after: previous,
                scratch: &path
            )
            guard let found else { return false }
            key = found
            return true
        }
        path.removeSubrange(object.pathCount...)
        path.append(UInt8(ascii: "."))
        return JSONUnescaping.append(token.content, of: text, to: &path)
    }

    // MARK: Values

    private mutating func addLeaf(
        _ kind: JSONCursor.Kind,
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ target: Target,
        _ event: inout DecodedEvent
    ) -> Bool {
        let value: Range<Int>?
        switch kind {
        case .string:
            guard let range = readString(&cursor, text, &event) else { return false }
            value = range
        case .number:
            guard let range = cursor.number(in: text) else { return false }
            value = number(range, text, &event)
        case .yes: value = Self.store("true", &event)
        case .no: value = Self.store("false", &event)
        case .null: value = target.options.discardsNull ? nil : Self.store("null", &event)
        case .array:
            guard let range = readArray(&cursor, text, target, &event) else { return false }
            value = range
        case .object: return false
        }
        if let value, !(kind == .array && value.isEmpty) { addField(value, target, &event) }
        return true
    }

    private mutating func readString(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent
    ) -> Range<Int>? {
        guard let token = cursor.string(in: text) else { return nil }
        guard token.hasEscapes else { return token.content }
        let start = event.arena.count
        guard JSONUnescaping.append(token.content, of: text, to: &event.arena) else { return nil }
        return start..<event.arena.count
    }

    private func number(
        _ range: Range<Int>,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent
    ) -> Range<Int> {
        let digits = text.extracting(range)
        if JSONNumber.isPlain(digits) { return range }
        let keepsDigits =
            key >= 0 ? event.paths.nodes[key].keepsDigits : JSONPaths.keepsDigits(path.span)
        if keepsDigits, JSONNumber.isWhole(digits) { return range }
        let start = event.arena.count
        JSONNumber.appendField(digits, to: &event.arena)
        return start..<event.arena.count
    }

    private static func store(_ word: StaticString, _ event: inout DecodedEvent) -> Range<Int> {
        let start = event.arena.count
        event.arena.append(literal: word)
        return start..<event.arena.count
    }

    /// The text of an array; empty when it becomes no field, nil when it is
    /// malformed.
    private mutating func readArray(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ target: Target,
        _ event: inout DecodedEvent
    ) -> Range<Int>? {
        let start = event.arena.count
        if target.options.joinsArrays {
            guard appendJoined(&cursor, text, &event.arena) else { return nil }
            let count = event.arena.count - start
            return count < Self.joinedLimit ? start..<event.arena.count : start..<start
        }
        guard readable.append(&cursor, of: text, depth: open.count, to: &event.arena) else {
            return nil
        }
        return start..<event.arena.count
    }

    /// Scalars with commas between them; what is nested is left out.
    private mutating func appendJoined(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Bool {
        cursor.position += 1
        if cursor.pass(UInt8(ascii: "]"), in: text) { return true }
        while let kind = cursor.nextKind(in: text) {
            let isNested = kind == .object || kind == .array
            guard appendElement(kind, &cursor, text, &output) else { return false }
            if cursor.pass(UInt8(ascii: "]"), in: text) { return true }
            guard cursor.pass(UInt8(ascii: ","), in: text) else { return false }
            if !isNested { output.append(UInt8(ascii: ",")) }
        }
        return false
    }

    private mutating func appendElement(
        _ kind: JSONCursor.Kind,
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Bool {
        switch kind {
        case .string:
            guard let token = cursor.string(in: text) else { return false }
            return JSONUnescaping.append(token.content, of: text, to: &output)
        case .number:
            guard let range = cursor.number(in: text) else { return false }
            JSONNumber.appendField(text.extracting(range), to: &output)
        case .yes: output.append(literal: "true")
        case .no: output.append(literal: "false")
        case .null: output.append(literal: "null")
        case .object, .array:
            scratch.removeAll(keepingCapacity: true)
            return readable.append(&cursor, of: text, depth: open.count + 1, to: &scratch)
        }
        return true
    }

    // MARK: Fields

    private mutating func addField(
        _ value: Range<Int>,
        _ target: Target,
        _ event: inout DecodedEvent
    ) {
        let isKnown = key >= 0
        let name = isKnown ? event.paths.nodes[key].meaning : event.paths.meaning(path.span)
        switch name {
        case .fixed(let field):
            event[field] = value
            return
        case .user where event[.dstuser]?.isEmpty ?? true:
            event[.dstuser] = value
            return
        case .user, .dynamic, .unknown:
            break
        }
        if target.protectsContainer {
            let isReserved =
                isKnown
                ? event.paths.nodes[key].isReserved : ContainerFields.isReserved(path.span)
            if isReserved {
                losses.spoofedFields += 1
                return
            }
        }
        guard event.fields.count < fieldLimit else {
            losses.surplusFields += 1
            return
        }
        let written: DecodedEvent.WrittenName =
            isKnown ? .path(key) : .text(event.store(path.span))
        event.append(name.dynamicName, writtenName: written, value: value)
    }
}
