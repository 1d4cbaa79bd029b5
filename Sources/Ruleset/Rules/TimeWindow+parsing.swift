// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension Condition.TimeWindow {
    /// Reads `h[:mm] [am|pm] - h[:mm] [am|pm]`, with `!` in front for "not"; nil
    /// when it is something else.
    ///
    /// A window that ends before it starts becomes the opposite of the hours
    /// between, and its `!` is lost. Source: analysis-engine.md §5.3.
    init?(parsing text: [UInt8]) {
        var scanner = TimeScanner(rest: text[...])
        let isNegated = scanner.skip("!")
        guard let start = scanner.readTime(), scanner.skip("-"),
            let end = scanner.readTime(), scanner.isAtEnd
        else { return nil }
        if start > end {
            self.init(firstMinute: end, lastMinute: start, isNegated: true)
        } else {
            self.init(firstMinute: start, lastMinute: end, isNegated: isNegated)
        }
    }
}

/// Reads times of day from the front of a text.
private struct TimeScanner {
    private var rest: ArraySlice<UInt8>

    init(rest: ArraySlice<UInt8>) {
        self.rest = rest
    }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool { rest.allSatisfy(Self.isBlank) }

    /// Skips a word of lower-case letters or a sign, written in any case.
    mutating func skip(_ word: StaticString) -> Bool {
        rest = rest.drop(while: Self.isBlank)
        let count = word.utf8CodeUnitCount
        let isThere = word.withUTF8Buffer { bytes in
            rest.prefix(count).elementsEqual(bytes) { byte, expected in
                (0x41...0x5A).contains(byte) ? byte | 0x20 == expected : byte == expected
            }
        }
        if isThere { rest = rest.dropFirst(count) }
        return isThere
    }

    /// Minutes since midnight.
    mutating func readTime() -> Int? {
        guard let hour = readNumber() else { return nil }
        var minute = 0
        if rest.first == UInt8(ascii: ":") {
            rest = rest.dropFirst()
            guard let number = readNumber(), number < 60 else { return nil }
            minute = number
        }
        guard let hour = hourOfDay(hour) else { return nil }
        return hour * 60 + minute
    }

    private mutating func hourOfDay(_ hour: Int) -> Int? {
        let isMorning = skip("am")
        let isAfternoon = !isMorning && skip("pm")
        if !isMorning, !isAfternoon { return hour < 24 ? hour : nil }
        guard (1...12).contains(hour) else { return nil }
        return hour % 12 + (isAfternoon ? 12 : 0)
    }

    /// One or two digits.
    private mutating func readNumber() -> Int? {
        rest = rest.drop(while: Self.isBlank)
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...2).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
    }
}
