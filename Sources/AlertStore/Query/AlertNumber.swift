// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Numbers in alerts: of JSON, and strings that look like one.
enum AlertNumber {
    /// The number that the whole text is; nil when it is none.
    ///
    /// Decimal only, with sign, fraction and exponent; no space, hexadecimal,
    /// infinity or NaN.
    static func parse(_ text: Span<UInt8>) -> Double? {
        guard text.count > 0, text.count <= 64 else { return nil }
        if let whole = integer(text) { return Double(whole) }
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
                continue
            default: return nil
            }
        }
        let string = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        guard let number = Double(string), number.isFinite else { return nil }
        return number
    }

    /// What most numbers are: up to fifteen digits, exact in a `Double`.
    private static func integer(_ text: Span<UInt8>) -> Int64? {
        let isNegative = text[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard text.count > start, text.count - start <= 15 else { return nil }
        var value: Int64 = 0
        for index in start..<text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return isNegative ? -value : value
    }
}

extension ValueTest.Comparison {
    /// Whether `left` stands so to `right`.
    func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
        switch self {
        case .less: left < right
        case .atMost: left <= right
        case .more: left > right
        case .atLeast: left >= right
        }
    }
}
