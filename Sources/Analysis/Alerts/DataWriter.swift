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
    /// The values of the event at hand.
    private var values: [Value] = []

    private struct Value: Sendable {
        let literalEnd: Int
        /// Range of the event's arena.
        let text: Range<Int>
        let isContainer: Bool
    }

    /// Appends the object; false when an event has no field.
    mutating func append(
        _ event: inout DecodedEvent,
        container: [UInt8],
        to output: inout [UInt8]
    ) -> Bool {
        let shape = shapes.shape(of: &event, hasContainer: !container.isEmpty)
        guard let shape else { return false }
        if !appendPlain(shape, &event, container, &output) {
            appendAny(shape, &event, container, &output)
        }
        return true
    }

    // MARK: Values that stand as they are

    /// Appends everything with one look for room; false, with nothing appended,
    /// when a value has to be escaped or may be an array.
    private mutating func appendPlain(
        _ shape: DataShapes.Shape,
        _ event: inout DecodedEvent,
        _ container: [UInt8],
        _ output: inout [UInt8]
    ) -> Bool {
        guard let count = collectPlain(shape, &event, container.count) else { return false }
        let (arena, literals) = (event.arena.span, shapes.literals.span)
        let (values, container) = (values.span, container.span)
        output.append(addingCapacity: shape.literals.count + count) {
            (output: inout OutputSpan<UInt8>) in
            var written = shape.literals.lowerBound
            for index in values.indices {
                let value = values[index]
                output.append(span: literals.extracting(written..<value.literalEnd))
                written = value.literalEnd
                if value.isContainer {
                    output.append(span: container)
                } else {
                    output.append(UInt8(ascii: "\""))
                    output.append(span: arena.extracting(value.text))
                    output.append(UInt8(ascii: "\""))
                }
            }
            output.append(span: literals.extracting(written..<shape.literals.upperBound))
        }
        return true
    }

    /// Fills ``values``; how many bytes they take, or nil when one is not plain.
    private mutating func collectPlain(
        _ shape: DataShapes.Shape,
        _ event: inout DecodedEvent,
        _ containerCount: Int
    ) -> Int? {
        values.removeAll(keepingCapacity: true)
        var count = 0
        for place in shape.steps {
            let step = shapes.steps[place]
            guard let range = step.value.range(in: event) else {
                values.append(Value(literalEnd: step.literalEnd, text: 0..<0, isContainer: true))
                count += containerCount
                continue
            }
            let text = event.arena.span.extracting(range)
            guard text.isPlainJSON, text.isEmpty || text[0] != UInt8(ascii: "[") else { return nil }
            values.append(Value(literalEnd: step.literalEnd, text: range, isContainer: false))
            count += range.count + 2
        }
        return count
    }

    // MARK: Values of any kind

    private mutating func appendAny(
        _ shape: DataShapes.Shape,
        _ event: inout DecodedEvent,
        _ container: [UInt8],
        _ output: inout [UInt8]
    ) {
        var written = shape.literals.lowerBound
        for place in shape.steps {
            let step = shapes.steps[place]
            output.append(span: shapes.literals.span.extracting(written..<step.literalEnd))
            written = step.literalEnd
            guard let range = step.value.range(in: event) else {
                output += container
                continue
            }
            let text = event.arena.span.extracting(range)
            // A field with a name of its own is always a string.
            if case .fixed = step.value {
                output.appendJSONString(text)
            } else {
                appendValue(text, to: &output)
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
