// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The signs by which a log source's events are known.
enum SigmaSource {
    /// Whether an event has a sign; `decoderName` is its decoder's
    /// ``LogDecoder/nameID``.
    static func holds(
        _ sign: SigmaLogSource.Sign,
        _ event: DecodedEvent,
        decoderName: Int
    ) -> Bool {
        switch sign {
        case .decoder(let name): return name == decoderName
        case .category(let category): return event.category == category
        case .otherCategory(let category): return event.category != category
        case .anyProgram: return event.header.programName != nil
        case .program(let name, let isPrefix):
            guard let range = event.header.programName,
                isPrefix ? range.count >= name.count : range.count == name.count
            else { return false }
            let program = event.arena.span.extracting(range)
            for index in name.indices where ByteCompare.lowered(program[index]) != name[index] {
                return false
            }
            return true
        case .dockerEvents(let field):
            guard let range = event[field], range.count == 6 else { return false }
            return ByteCompare.starts(event.arena.span.extracting(range), "docker")
        }
    }
}

/// Reads numbers of fields.
enum SigmaNumber {
    /// Longer texts are no numbers.
    private static let lengthLimit = 40

    /// The number that a text is: digits with a sign and a fraction; nil for any
    /// other text.
    static func value(of text: Span<UInt8>) -> Double? {
        guard text.count <= lengthLimit else { return nil }
        var index = 0
        var isNegative = false
        if text.count > 0, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
            isNegative = text[0] == UInt8(ascii: "-")
            index = 1
        }
        var value = 0.0
        var scale = 1.0
        var hasDigits = false
        var hasPoint = false
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if byte &- 0x30 < 10 {
                hasDigits = true
                value = value * 10 + Double(byte &- 0x30)
                if hasPoint { scale *= 10 }
            } else {
                return nil
            }
            index += 1
        }
        guard hasDigits else { return nil }
        return (isNegative ? -value : value) / scale
    }

    /// Whether two numbers stand so.
    static func holds(_ value: Double, _ relation: SigmaTest.Relation, _ number: Double) -> Bool {
        switch relation {
        case .less: value < number
        case .lessOrEqual: value <= number
        case .greater: value > number
        case .greaterOrEqual: value >= number
        }
    }
}

/// Compares the texts of two fields.
enum SigmaFieldText {
    /// Whether `other` is the text, or stands in it where the placement says.
    static func holds(
        _ text: Span<UInt8>,
        _ other: Span<UInt8>,
        _ placement: SigmaTest.Placement,
        isCased: Bool
    ) -> Bool {
        guard other.count <= text.count else { return false }
        let last = text.count - other.count
        switch placement {
        case .whole: return last == 0 && isEqual(text, other, at: 0, isCased)
        case .beginning: return isEqual(text, other, at: 0, isCased)
        case .end: return isEqual(text, other, at: last, isCased)
        case .anywhere:
            for start in 0...last where isEqual(text, other, at: start, isCased) { return true }
            return false
        }
    }

    private static func isEqual(
        _ text: Span<UInt8>,
        _ other: Span<UInt8>,
        at start: Int,
        _ isCased: Bool
    ) -> Bool {
        let part = text.extracting(start..<start + other.count)
        return isCased
            ? ByteCompare.areEqual(part, other) : ByteCompare.areEqualIgnoringCase(part, other)
    }
}
