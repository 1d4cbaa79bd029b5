// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes an alert's `data`.
///
/// Events with the same names of fields have the same keys and braces around
/// their values; they are put together once.
struct DataWriter: Sendable {
    private var compact = JSONTranscoder(style: .compact)
    private var shapes = DataShapes()

    /// Appends the object; false when an event has no field.
    mutating func append(
        _ event: borrowing DecodedEvent,
        container: [UInt8],
        to output: inout [UInt8]
    ) -> Bool {
        let shape = shapes.shape(of: event, hasContainer: !container.isEmpty)
        guard let shape else { return false }
        if !appendPlain(shape, event, container, &output) {
            appendAny(shape, event, container, &output)
        }
        return true
    }

    // MARK: Values that stand as they are

    /// Appends everything with one look for room; false, with nothing appended,
    /// when a value has to be escaped or may be an array.
    private func appendPlain(
        _ shape: DataShapes.Shape,
        _ event: borrowing DecodedEvent,
        _ container: [UInt8],
        _ output: inout [UInt8]
    ) -> Bool {
        let arena = event.arena.span
        var count = shape.literals.count
        for place in shape.steps {
            guard let range = shapes.steps[place].value.range(in: event) else {
                count += container.count
                continue
            }
            let text = arena.extracting(range)
            guard text.isPlainJSON, text.isEmpty || text[0] != UInt8(ascii: "[") else {
                return false
            }
            count += range.count + 2
        }
        let (steps, literals) = (shapes.steps.span, shapes.literals.span)
        output.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) in
            var written = shape.literals.lowerBound
            for place in shape.steps {
                let step = steps[place]
                output.append(span: literals.extracting(written..<step.literalEnd))
                written = step.literalEnd
                guard let range = step.value.range(in: event) else {
                    output.append(span: container.span)
                    continue
                }
                output.append(UInt8(ascii: "\""))
                output.append(span: arena.extracting(range))
                output.append(UInt8(ascii: "\""))
            }
            output.append(span: literals.extracting(written..<shape.literals.upperBound))
        }
        return true
    }

    // MARK: Values of any kind

    private mutating func appendAny(
        _ shape: DataShapes.Shape,
        _ event: borrowing DecodedEvent,
        _ container: [UInt8],
        _ output: inout [UInt8]
    ) {
        var written = shape.literals.lowerBound
        for place in shape.steps {
            let step = shapes.steps[place]
            output.append(span: shapes.literals.span.extracting(written..<step.literalEnd))
            written = step.literalEnd
            if let range = step.value.range(in: event) {
                appendValue(event.arena.span.extracting(range), to: &output)
            } else {
                output += container
            }
        }
        output.append(
            span: shapes.literals.span.extracting(written..<shape.literals.upperBound)
        )
    }

    /// Appends a value: an array if it is the whole text of one, else a string.
    mutating func appendValue(_ value: Span<UInt8>, to output: inout [UInt8]) {
        let start = output.count
        if value.count > 0, value[0] == UInt8(ascii: "[") {
            var cursor = JSONCursor(position: 0, end: value.count)
            if compact.append(&cursor, of: value, depth: 0, to: &output),
                cursor.position == value.count
            {
                return
            }
            output.removeSubrange(start...)
        }
        output.appendJSONString(value)
    }
}
