// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Numbers of JSON text, and how Wazuh writes them.
enum JSONNumber {
    /// Whether the text is already what ``appendField(_:to:)`` would write: a
    /// whole number of at most nine digits without superfluous zeros.
    static func isPlain(_ text: Span<UInt8>) -> Bool {
        let start = text.count > 0 && text[0] == UInt8(ascii: "-") ? 1 : 0
        let count = text.count - start
        guard count > 0, count <= 9 else { return false }
        if text[start] == UInt8(ascii: "0") { return count == 1 && start == 0 }
        for index in start..<text.count where text[index] &- 0x30 >= 10 { return false }
        return true
    }

    /// Whether the text is a whole number without point and exponent.
    static func isWhole(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] &- 0x30 >= 10 {
            if index > 0 || text[0] != UInt8(ascii: "-") { return false }
        }
        return text.count > 0
    }

    /// Appends the value of a field: a whole number within 32 bits in decimal,
    /// everything else with six digits behind the point.
    ///
    /// Source: analysis-engine.md §4.5.
    static func appendField(_ text: Span<UInt8>, to output: inout [UInt8]) {
        let value = value(of: text)
        if let whole = Int32(exactly: value) {
            output.appendDecimal(Int64(whole))
            return
        }
        if value < 0 { output.append(UInt8(ascii: "-")) }
        guard value.isFinite else {
            output.append(literal: "inf")
            return
        }
        var decimal = ExactDecimal(magnitudeOf: value)
        decimal.appendFixed(to: &output)
    }

    /// Appends an element of an array as `%1.15g` prints it; `null` for what is
    /// out of range.
    static func appendElement(_ text: Span<UInt8>, to output: inout [UInt8]) {
        if isPlain(text) {
            output.append(span: text)
            return
        }
        let value = value(of: text)
        guard value.isFinite else {
            output.append(literal: "null")
            return
        }
        if value.sign == .minus { output.append(UInt8(ascii: "-")) }
        var decimal = ExactDecimal(magnitudeOf: value)
        decimal.appendShort(to: &output)
    }

    private static func value(of text: Span<UInt8>) -> Double {
        let string = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        return Double(string) ?? 0
    }
}
