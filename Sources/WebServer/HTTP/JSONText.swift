// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// JSON text being written, compact, members in the order they are set.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An object as a whole text.
    static func object(_ body: (inout JSONText) throws -> Void) rethrows -> JSONText {
        var json = JSONText()
        try json.appendObject(body)
        return json
    }

    /// A member with a value.
    mutating func set(_ key: String, _ value: some JSONWritable) {
        append(key: key)
        value.write(to: &self)
    }

    /// A member whose value is an object.
    mutating func object(_ key: String, _ body: (inout JSONText) throws -> Void) rethrows {
        append(key: key)
        try appendObject(body)
    }

    /// A member whose value is an array of what `body` writes, one value each.
    mutating func array<Element>(
        _ key: String,
        _ elements: some Sequence<Element>,
        _ body: (inout JSONText, Element) throws -> Void
    ) rethrows {
        append(key: key)
        open(UInt8(ascii: "["))
        for element in elements { try body(&self, element) }
        close(UInt8(ascii: "]"))
    }

    /// An object as a value, in an array or on its own.
    mutating func appendObject(_ body: (inout JSONText) throws -> Void) rethrows {
        separate()
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    /// A value that is JSON already.
    mutating func append(raw value: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    /// A string value.
    mutating func append(string value: String) {
        separate()
        bytes.appendJSONString(value)
        needsComma = true
    }

    private mutating func append(key: String) {
        separate()
        bytes.appendJSONString(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}

/// A value that stands in JSON.
protocol JSONWritable {
    func write(to json: inout JSONText)
}

extension String: JSONWritable {
    func write(to json: inout JSONText) { json.append(string: self) }
}

extension Bool: JSONWritable {
    func write(to json: inout JSONText) { json.append(raw: (self ? "true" : "false").utf8) }
}

extension Int: JSONWritable {
    func write(to json: inout JSONText) { json.append(raw: String(self).utf8) }
}

extension Int64: JSONWritable {
    func write(to json: inout JSONText) { json.append(raw: String(self).utf8) }
}

extension Double: JSONWritable {
    /// What is no number in JSON is null.
    func write(to json: inout JSONText) {
        json.append(raw: (isFinite ? "\(self)" : "null").utf8)
    }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
    func write(to json: inout JSONText) {
        switch self {
        case .some(let value): value.write(to: &json)
        case .none: json.append(raw: "null".utf8)
        }
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    func write(to json: inout JSONText) {
        json.appendArray(self)
    }
}

extension JSONText {
    /// An array as a value, of objects.
    mutating func appendObjects<Element>(
        _ elements: [Element],
        _ body: (inout JSONText, Element) -> Void
    ) {
        separate()
        open(UInt8(ascii: "["))
        for element in elements { appendObject { body(&$0, element) } }
        close(UInt8(ascii: "]"))
    }

    fileprivate mutating func appendArray(_ elements: [some JSONWritable]) {
        separate()
        open(UInt8(ascii: "["))
        for element in elements { element.write(to: &self) }
        close(UInt8(ascii: "]"))
    }
}

/// Bytes that are JSON already, such as an alert's line.
struct RawJSON: JSONWritable {
    let bytes: [UInt8]

    func write(to json: inout JSONText) { json.append(raw: bytes) }
}
