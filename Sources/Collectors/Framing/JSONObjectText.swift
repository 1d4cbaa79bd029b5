// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A line that must be a JSON object.
enum JSONObjectText {
    /// The same object without blanks between its tokens; nil when the text is
    /// not one JSON object.
    ///
    /// Members keep their order, numbers and strings their spelling. Strings
    /// are checked for their end, other values for standing where a value may.
    static func compacted(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        return compact(text, into: &output) ? output : nil
    }

    /// As ``compacted(_:)``, with memory that is used again; false when the text
    /// is not one JSON object.
    static func compact(_ text: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        output.removeAll(keepingCapacity: true)
        var reader = Compactor(text.count, output)
        output = []
        let isObject = reader.run(text)
        output = reader.takeOutput()
        return isObject
    }

    /// Deepest nesting; beyond it a line counts as no object.
    private static let depthLimit = 512

    private enum Expectation {
        case firstKey, key, colon, firstValue, value, commaOrEnd, nothing
    }

    private struct Compactor {
        private var output: [UInt8]
        private var scanner: JSONScanner
        private var isObject: [Bool] = []
        private var expectation = Expectation.value

        init(_ count: Int, _ output: [UInt8]) {
            self.output = output
            scanner = JSONScanner(end: count)
        }

        mutating func takeOutput() -> [UInt8] {
            defer { output = [] }
            return output
        }

        mutating func run(_ text: Span<UInt8>) -> Bool {
            guard take(UInt8(ascii: "{"), text) else { return false }
            open(object: true)
            while expectation != .nothing {
                guard step(text) else { return false }
            }
            return scanner.isAtEnd(of: text)
        }

        private mutating func step(_ text: Span<UInt8>) -> Bool {
            switch expectation {
            case .firstKey where take(UInt8(ascii: "}"), text): close()
            case .firstValue where take(UInt8(ascii: "]"), text): close()
            case .firstKey, .key:
                guard string(text) else { return false }
                expectation = .colon
            case .colon:
                guard take(UInt8(ascii: ":"), text) else { return false }
                expectation = .value
            case .firstValue, .value: return value(text)
            case .commaOrEnd: return separator(text)
            case .nothing: return false
            }
            return true
        }

        private mutating func separator(_ text: Span<UInt8>) -> Bool {
            let inObject = isObject.last == true
            if take(UInt8(ascii: ","), text) {
                expectation = inObject ? .key : .value
                return true
            }
            guard take(UInt8(ascii: inObject ? "}" : "]"), text) else { return false }
            close()
            return true
        }

        private mutating func value(_ text: Span<UInt8>) -> Bool {
            if take(UInt8(ascii: "{"), text) { return open(object: true) }
            if take(UInt8(ascii: "["), text) { return open(object: false) }
            if !string(text) {
                guard let scalar = scanner.value(in: text), !scalar.isString,
                    Self.isScalar(text.extracting(scalar.range))
                else { return false }
                output.append(span: text.extracting(scalar.range))
            }
            valueEnded()
            return true
        }

        private mutating func string(_ text: Span<UInt8>) -> Bool {
            guard let range = scanner.string(in: text) else { return false }
            output.append(UInt8(ascii: "\""))
            output.append(span: text.extracting(range))
            output.append(UInt8(ascii: "\""))
            return true
        }

        private mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
            guard scanner.skip(byte, in: text) else { return false }
            output.append(byte)
            return true
        }

        @discardableResult
        private mutating func open(object: Bool) -> Bool {
            isObject.append(object)
            expectation = object ? .firstKey : .firstValue
            return isObject.count <= JSONObjectText.depthLimit
        }

        private mutating func close() {
            isObject.removeLast()
            valueEnded()
        }

        private mutating func valueEnded() {
            expectation = isObject.isEmpty ? .nothing : .commaOrEnd
        }

        /// `true`, `false`, `null`, or of the characters of a number.
        private static func isScalar(_ text: Span<UInt8>) -> Bool {
            let all = 0..<text.count
            if text.holds("true", at: all) || text.holds("false", at: all)
                || text.holds("null", at: all)
            {
                return true
            }
            guard (0x30...0x39).contains(text[0]) || text[0] == UInt8(ascii: "-") else {
                return false
            }
            for index in all {
                switch text[index] {
                case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                    UInt8(ascii: "e"), UInt8(ascii: "E"):
                    continue
                default: return false
                }
            }
            return true
        }
    }
}
