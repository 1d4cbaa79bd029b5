// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// A value of a JSON text, for documents that are small or read part by part.
package enum JSONNode: Sendable, Hashable {
    case object([String: JSONNode])
    case array([JSONNode])
    case string(String)
    /// As written.
    case number(String)
    case bool(Bool)
    case null

    /// Deeper texts are refused.
    static let depthLimit = 64

    /// Nil when the bytes are not JSON, or nest too deeply.
    package init?(_ bytes: [UInt8]) {
        var reader = JSONTokenReader(bytes)
        // What is wrong with it and where says nothing to whoever reads a package's file.
        guard let token = try? reader.next(), let node = try? JSONNode(token, &reader) else {
            return nil
        }
        self = node
    }

    /// The value that a token begins.
    ///
    /// - Throws: `JSONSyntaxError`
    init(_ token: JSONTokenReader.Token, _ reader: inout JSONTokenReader) throws(JSONSyntaxError) {
        switch token {
        case .beginObject:
            guard reader.depth <= Self.depthLimit else { throw Self.tooDeep }
            var members: [String: JSONNode] = [:]
            while case .key(let range)? = try reader.next(), let value = try reader.next() {
                members[reader.string(range)] = try JSONNode(value, &reader)
            }
            self = .object(members)
        case .beginArray:
            guard reader.depth <= Self.depthLimit else { throw Self.tooDeep }
            var elements: [JSONNode] = []
            while let value = try reader.next(), value != .endArray {
                elements.append(try JSONNode(value, &reader))
            }
            self = .array(elements)
        case .string(let range): self = .string(reader.string(range))
        case .number(let range):
            self = .number(String(decoding: reader.bytes[range], as: UTF8.self))
        case .literal(let range):
            switch reader.bytes[range.lowerBound] {
            case UInt8(ascii: "t"): self = .bool(true)
            case UInt8(ascii: "f"): self = .bool(false)
            default: self = .null
            }
        case .endObject, .endArray, .key: self = .null
        }
    }

    private static let tooDeep = JSONSyntaxError(reason: .tooDeep, offset: 0)

    /// A member of an object; nil for all else.
    package subscript(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The members of an object, in no order; none for all else.
    package var members: [String: JSONNode] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    /// The elements of an array; none for all else.
    package var elements: [JSONNode] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// A string's text; nil for all else.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The texts of an array; what is no string is left out.
    package var texts: [String] { elements.compactMap(\.text) }

    /// A number, also one that is written as a string.
    package var decimal: Double? {
        switch self {
        case .number(let text), .string(let text): Double(text)
        default: nil
        }
    }
}

extension JSONTokenReader {
    /// As ``text(_:)``, faster where nothing is escaped.
    func string(_ range: Range<Int>) -> String {
        guard bytes[range].contains(UInt8(ascii: "\\")) else {
            return String(decoding: bytes[range], as: UTF8.self)
        }
        return text(range)
    }
}

/// Writes JSON, member by member, with commas where they belong.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    package mutating func key(_ name: String) {
        separate()
        bytes.appendJSONString(name)
        bytes.append(UInt8(ascii: ":"))
    }

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        body(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    package mutating func string(_ text: String) {
        separate()
        bytes.appendJSONString(text)
        needsComma = true
    }

    package mutating func number(_ value: Int64) {
        separate()
        bytes.appendDecimal(value)
        needsComma = true
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(text: value ? "true" : "false")
        needsComma = true
    }

    /// A number with at most five digits after the point.
    package mutating func decimal(_ value: Double) {
        separate()
        let scaled = (value * 100_000).rounded()
        guard scaled.magnitude < 1e15 else {
            bytes.append(UInt8(ascii: "0"))
            needsComma = true
            return
        }
        var text = "\(Int64(scaled) / 100_000)"
        var fraction = "\(Int64(scaled.magnitude) % 100_000)"
        if value < 0, Int64(scaled) / 100_000 == 0 { text = "-" + text }
        fraction = String(repeating: "0", count: 5 - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        bytes.append(text: fraction.isEmpty ? text : text + "." + fraction)
        needsComma = true
    }

    /// A member that is a string; left out when it is empty.
    package mutating func member(_ name: String, _ text: String) {
        guard !text.isEmpty else { return }
        key(name)
        string(text)
    }

    package mutating func member(_ name: String, _ value: Int64) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    package mutating func member(_ name: String, texts: [String]) {
        guard !texts.isEmpty else { return }
        key(name)
        array { writer in for text in texts { writer.string(text) } }
    }
}
