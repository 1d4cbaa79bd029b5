// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads one JSON value and writes it again, in one of the two styles of the
/// cJSON library.
///
/// It keeps the open containers in an array of its own, so that depth costs no
/// stack.
struct JSONTranscoder: Sendable {
    /// How the value is written.
    enum Style: Sendable {
        /// `["a", "b"]`; objects over several lines, indented with tabs.
        /// Source: analysis-engine.md §4.5.
        case readable
        /// `["a","b"]`
        case compact
    }

    private enum Container: Sendable {
        case object, array
    }

    private let style: Style
    private var open: [Container] = []
    private var scratch: [UInt8] = []

    init(style: Style) {
        self.style = style
    }

    /// Writes the value at the cursor; false, with a part written, when it is
    /// malformed or nested more than ``JSONCursor/depthLimit`` with `depth` levels
    /// around it.
    mutating func append(
        _ cursor: inout JSONCursor,
        of text: Span<UInt8>,
        depth: Int,
        to output: inout [UInt8]
    ) -> Bool {
        open.removeAll(keepingCapacity: true)
        repeat {
            guard appendValue(&cursor, text, depth, &output) else { return false }
            guard closeContainers(&cursor, text, &output) else { return false }
        } while !open.isEmpty
        return true
    }

    /// Writes a scalar, or the opening of a container with its first key.
    private mutating func appendValue(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ depth: Int,
        _ output: inout [UInt8]
    ) -> Bool {
        while let kind = cursor.nextKind(in: text) {
            guard kind == .object || kind == .array else {
                return appendScalar(kind, &cursor, text, &output)
            }
            guard depth + open.count < JSONCursor.depthLimit else { return false }
            cursor.position += 1
            open.append(kind == .object ? .object : .array)
            let closing: UInt8
            if kind == .object {
                output.append(UInt8(ascii: "{"))
                if style == .readable { output.append(UInt8(ascii: "\n")) }
                closing = UInt8(ascii: "}")
            } else {
                output.append(UInt8(ascii: "["))
                closing = UInt8(ascii: "]")
            }
            cursor.skipSpace(in: text)
            if cursor.isAt(closing, in: text) { return true }
            if kind == .object, !appendKey(&cursor, text, &output) { return false }
        }
        return false
    }

    private mutating func appendScalar(
        _ kind: JSONCursor.Kind,
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Bool {
        switch kind {
        case .string: return appendString(&cursor, text, &output)
        case .number:
            guard let range = cursor.number(in: text) else { return false }
            JSONNumber.appendElement(text.extracting(range), to: &output)
        case .yes: output.append(literal: "true")
        case .no: output.append(literal: "false")
        case .null: output.append(literal: "null")
        case .object, .array: return false
        }
        return true
    }

    private mutating func appendString(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Bool {
        guard let token = cursor.string(in: text) else { return false }
        guard token.hasEscapes else {
            output.appendJSONString(text.extracting(token.content))
            return true
        }
        scratch.removeAll(keepingCapacity: true)
        guard JSONUnescaping.append(token.content, of: text, to: &scratch) else { return false }
        output.appendJSONString(scratch.span)
        return true
    }

    private mutating func appendKey(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Bool {
        cursor.skipSpace(in: text)
        guard cursor.isAt(UInt8(ascii: "\""), in: text) else { return false }
        if style == .readable { appendTabs(open.count, &output) }
        guard appendString(&cursor, text, &output), cursor.pass(UInt8(ascii: ":"), in: text)
        else { return false }
        output.append(UInt8(ascii: ":"))
        if style == .readable { output.append(UInt8(ascii: "\t")) }
        return true
    }

    /// Behind a value: a comma, with the next key in an object, or the ends of
    /// containers.
    private mutating func closeContainers(
        _ cursor: inout JSONCursor,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Bool {
        while let container = open.last {
            cursor.skipSpace(in: text)
            guard cursor.position < cursor.end else { return false }
            let byte = text[cursor.position]
            cursor.position += 1
            if byte == UInt8(ascii: ",") {
                output.append(UInt8(ascii: ","))
                appendSeparator(of: container, &output)
                return container == .array || appendKey(&cursor, text, &output)
            }
            guard byte == UInt8(ascii: container == .object ? "}" : "]") else { return false }
            appendEnd(of: container, &output)
            open.removeLast()
        }
        return true
    }

    private func appendSeparator(of container: Container, _ output: inout [UInt8]) {
        guard style == .readable else { return }
        output.append(UInt8(ascii: container == .object ? "\n" : " "))
    }

    private func appendEnd(of container: Container, _ output: inout [UInt8]) {
        guard container == .object else {
            output.append(UInt8(ascii: "]"))
            return
        }
        if style == .readable {
            if output.last != UInt8(ascii: "\n") { output.append(UInt8(ascii: "\n")) }
            appendTabs(open.count - 1, &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private func appendTabs(_ count: Int, _ output: inout [UInt8]) {
        for _ in 0..<count { output.append(UInt8(ascii: "\t")) }
    }
}
