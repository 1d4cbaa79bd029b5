// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes a ``DataTree`` as JSON.
struct DataWriter: Sendable {
    private var compact = JSONTranscoder(style: .compact)

    /// Appends the tree's object.
    mutating func append(
        _ tree: DataTree,
        _ event: DecodedEvent,
        container: [UInt8],
        to output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "{"))
        var index = tree.nodes[0].firstChild
        while index > 0 {
            let node = tree.nodes[index]
            output.appendJSONString(tree.keys.span.extracting(node.key))
            output.append(UInt8(ascii: ":"))
            switch node.value {
            case .object:
                output.append(UInt8(ascii: "{"))
                if node.firstChild >= 0 {
                    index = node.firstChild
                    continue
                }
                output.append(UInt8(ascii: "}"))
            case .string(let range):
                output.appendJSONString(event.arena.span.extracting(range))
            case .text(let range): appendValue(event.arena.span.extracting(range), to: &output)
            case .container: output += container
            }
            index = Self.following(index, tree, &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// The node to write after one, with the comma or the ends of objects
    /// between them; 0 when none is left.
    private static func following(
        _ index: Int,
        _ tree: DataTree,
        _ output: inout [UInt8]
    ) -> Int {
        var index = index
        while index > 0 {
            if tree.nodes[index].next >= 0 {
                output.append(UInt8(ascii: ","))
                return tree.nodes[index].next
            }
            index = tree.nodes[index].parent
            if index > 0 { output.append(UInt8(ascii: "}")) }
        }
        return 0
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
