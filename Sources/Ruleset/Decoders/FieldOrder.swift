// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads `<order>`: names for the captures of a decoder.
///
/// Source: analysis-engine.md §4.1.
enum FieldOrder {
    /// The fields; what is wrong with one is reported, and it is left out.
    static func read(
        _ element: SourceElement,
        _ context: inout LoadingContext
    ) -> [LogDecoder.OrderedField] {
        let names = split(element.text)
        let limit = context.settings.decoderOrderSize
        if names.count >= limit {
            context.log.error(
                .tooManyFields,
                at: element.textLocation,
                "order has \(names.count) names",
                hint: "at most \(limit - 1)"
            )
        }
        var fields: [LogDecoder.OrderedField] = []
        for name in names {
            if name.isEmpty {
                context.log.error(
                    .badField,
                    at: element.textLocation,
                    "order has an empty name",
                    hint: "two commas, or one at the end"
                )
                continue
            }
            let text = String(decoding: name, as: UTF8.self)
            if let field = StaticField(orderName: text) {
                fields.append(.fixed(field))
            } else {
                fields.append(.dynamic(context.fieldNames.intern(text), name: text))
            }
        }
        return fields
    }

    /// Names between commas, without spaces around them and cut at the first
    /// space inside; `\,` is a comma of the name.
    static func split(_ text: [UInt8]) -> [[UInt8]] {
        var names: [[UInt8]] = []
        var name: [UInt8] = []
        var isEscaped = false
        for byte in text {
            if byte == UInt8(ascii: ","), !isEscaped {
                names.append(trimmed(name))
                name = []
                continue
            }
            if isEscaped, byte == UInt8(ascii: ",") { name.removeLast() }
            name.append(byte)
            isEscaped = byte == UInt8(ascii: "\\")
        }
        names.append(trimmed(name))
        return names
    }

    private static func trimmed(_ name: [UInt8]) -> [UInt8] {
        let space = UInt8(ascii: " ")
        return Array(name.drop { $0 == space }.prefix { $0 != space })
    }
}
