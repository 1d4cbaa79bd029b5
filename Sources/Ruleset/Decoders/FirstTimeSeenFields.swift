// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads `<fts>`: the fields whose values make an event known.
///
/// Source: analysis-engine.md §4.1, §4.7.
enum FirstTimeSeenFields {
    /// The key's fields, given the `order` that stands before it, if any.
    static func read(
        _ element: SourceElement,
        order: [LogDecoder.OrderedField]?,
        _ context: inout LoadingContext
    ) -> LogDecoder.FirstTimeSeenKey {
        var fixed: Set<StaticField> = []
        var includesLocation = false
        var dynamic: [FieldName] = []
        for name in FieldOrder.split(element.text) {
            let text = String(decoding: name, as: UTF8.self)
            switch text {
            case "name": continue
            case "location": includesLocation = true
            case "user", "dstuser": fixed.insert(.dstuser)
            case "srcuser": fixed.insert(.srcuser)
            case "srcip": fixed.insert(.srcip)
            case "dstip": fixed.insert(.dstip)
            case "id": fixed.insert(.id)
            case "data", "extra_data": fixed.insert(.data)
            case "system_name": fixed.insert(.systemName)
            default:
                if let field = dynamicField(text, element, order, &context) {
                    dynamic.append(field)
                }
            }
        }
        return LogDecoder.FirstTimeSeenKey(
            fixed: fixed,
            includesLocation: includesLocation,
            dynamic: dynamic
        )
    }

    /// A name of `order`, sought up to the first static one there.
    private static func dynamicField(
        _ text: String,
        _ element: SourceElement,
        _ order: [LogDecoder.OrderedField]?,
        _ context: inout LoadingContext
    ) -> FieldName? {
        guard let order else {
            context.log.note(
                .withoutEffect,
                at: element.textLocation,
                "fts field \"\(text)\" is ignored: the decoder's order comes later",
                hint: "move fts behind order"
            )
            return nil
        }
        for field in order {
            guard case .dynamic(let candidate, let name) = field else { break }
            if name == text { return candidate }
        }
        context.log.error(
            .badField,
            at: element.textLocation,
            "fts names \"\(text)\", which the order does not have",
            hint: "in order, it must stand before all static fields such as srcip"
        )
        return nil
    }
}
