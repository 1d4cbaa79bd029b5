// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A text that is not JSON, or nests deeper than is allowed.
package struct JSONSyntaxError: Error, Sendable, Hashable {
    package enum Reason: String, Sendable, Hashable {
        case unexpectedByte = "unexpected byte"
        case unexpectedEnd = "unexpected end"
        case invalidEscape = "invalid escape"
        case invalidNumber = "invalid number"
        case tooDeep = "nested too deeply"
        case notAnObject = "not an object"
    }

    package let reason: Reason
    /// Byte offset in the text, from 0.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// Reads JSON (RFC 8259) token by token, without building a tree or recursing.
///
/// Strings are checked for their escapes and end only: bytes that are not
/// UTF-8 and raw control characters pass, since they come from outside and
/// an event must not be lost for them.
package struct JSONTokenReader {
    /// One piece of the text.
    package enum Token: Equatable {
        case beginObject, endObject, beginArray, endArray
        /// A member's name; its colon is read already. Range within the quotes.
        case key(Range<Int>)
        /// Range within the quotes.
        case string(Range<Int>)
        /// As written.
        case number(Range<Int>)
        /// `true`, `false` or `null`.
        case literal(Range<Int>)
    }

    private enum Expectation {
        case value, valueOrEnd, key, keyOrEnd, commaOrEnd, nothing
    }

    /// Deepest nesting of objects and arrays that is read.
    package static let depthLimit = 512

    /// The text.
    package let bytes: [UInt8]
    private var index = 0
    /// True for an object, false for an array, outermost first.
    private var isObjectStack: [Bool] = []
    private var expectation = Expectation.value

    /// Begins at the text's first byte.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Containers open around the next token.
    package var depth: Int { isObjectStack.count }

    /// The next token; nil after the end of the one value in the text.
    package mutating func next() throws(JSONSyntaxError) -> Token? {
        skipBlanks()
        if expectation == .commaOrEnd, peek == UInt8(ascii: ",") {
            index += 1
            expectation = isObjectStack.last == true ? .key : .value
            skipBlanks()
        }
        guard let byte = peek else {
            guard expectation == .nothing else { throw failure(.unexpectedEnd) }
            return nil
        }
        switch (expectation, byte) {
        case (.keyOrEnd, UInt8(ascii: "}")): return try close(object: true)
        case (.valueOrEnd, UInt8(ascii: "]")): return try close(object: false)
        case (.commaOrEnd, UInt8(ascii: "}")): return try close(object: true)
        case (.commaOrEnd, UInt8(ascii: "]")): return try close(object: false)
        case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")): return try key()
        case (.value, _), (.valueOrEnd, _): return try value(byte)
        default: throw failure(.unexpectedByte)
        }
    }

    /// Reads on until the value that was begun by the last token has ended.
    ///
    /// Only after ``Token/beginObject`` or ``Token/beginArray``.
    package mutating func skipContainer() throws(JSONSyntaxError) {
        let outside = depth - 1
        while depth > outside, try next() != nil {}
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func failure(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: index)
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
            index += 1
        }
    }

    private mutating func open(object: Bool) throws(JSONSyntaxError) -> Token {
        guard depth < Self.depthLimit else { throw failure(.tooDeep) }
        index += 1
        isObjectStack.append(object)
        expectation = object ? .keyOrEnd : .valueOrEnd
        return object ? .beginObject : .beginArray
    }

    private mutating func close(object: Bool) throws(JSONSyntaxError) -> Token {
        guard isObjectStack.last == object else { throw failure(.unexpectedByte) }
        index += 1
        isObjectStack.removeLast()
        valueEnded()
        return object ? .endObject : .endArray
    }

    private mutating func valueEnded() {
        expectation = isObjectStack.isEmpty ? .nothing : .commaOrEnd
    }

    private mutating func key() throws(JSONSyntaxError) -> Token {
        let range = try stringRange()
        skipBlanks()
        guard let byte = peek else { throw failure(.unexpectedEnd) }
        guard byte == UInt8(ascii: ":") else { throw failure(.unexpectedByte) }
        index += 1
        expectation = .value
        return .key(range)
    }

    private mutating func value(_ first: UInt8) throws(JSONSyntaxError) -> Token {
        let token: Token
        switch first {
        case UInt8(ascii: "{"): return try open(object: true)
        case UInt8(ascii: "["): return try open(object: false)
        case UInt8(ascii: "\""): token = .string(try stringRange())
        case UInt8(ascii: "t"): token = try literal("true")
        case UInt8(ascii: "f"): token = try literal("false")
        case UInt8(ascii: "n"): token = try literal("null")
        default: token = try number()
        }
        valueEnded()
        return token
    }

    private mutating func literal(_ text: StaticString) throws(JSONSyntaxError) -> Token {
        let start = index
        for offset in 0..<text.utf8CodeUnitCount {
            guard let byte = peek else { throw failure(.unexpectedEnd) }
            guard byte == text.utf8Start[offset] else { throw failure(.unexpectedByte) }
            index += 1
        }
        return .literal(start..<index)
    }

    private mutating func stringRange() throws(JSONSyntaxError) -> Range<Int> {
        index += 1
        let start = index
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return start..<(index - 1)
            case UInt8(ascii: "\\"): try skipEscape()
            default: index += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func skipEscape() throws(JSONSyntaxError) {
        index += 1
        guard let kind = peek else { throw failure(.unexpectedEnd) }
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        case UInt8(ascii: "u"):
            guard index + 4 < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[(index + 1)...(index + 4)].allSatisfy({ $0.hexValue != nil }) else {
                throw failure(.invalidEscape)
            }
            index += 5
        default: throw failure(.invalidEscape)
        }
    }

    private mutating func number() throws(JSONSyntaxError) -> Token {
        let start = index
        if peek == UInt8(ascii: "-") { index += 1 }
        let leading = index
        let whole = skipDigits()
        guard whole > 0 else { throw failure(index == start ? .unexpectedByte : .invalidNumber) }
        guard whole == 1 || bytes[leading] != UInt8(ascii: "0") else {
            throw failure(.invalidNumber)
        }
        if peek == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() > 0 else { throw failure(.invalidNumber) }
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            index += 1
            if let sign = peek, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                index += 1
            }
            guard skipDigits() > 0 else { throw failure(.invalidNumber) }
        }
        return .number(start..<index)
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
        return index - start
    }
}

extension UInt8 {
    /// What this byte stands for as a hexadecimal digit, of either case.
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
