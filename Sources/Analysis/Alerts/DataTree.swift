// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The object `data` of an alert while it is put together.
///
/// Dotted names make objects within objects. Names that are equal but for case
/// are one: the first field wins, also over objects that a later one would need.
///
/// Source: analysis-engine.md §7.2.
struct DataTree: Sendable {
    enum Value: Sendable {
        case object
        case fixed(StaticField)
        /// The dynamic field of this place in ``DecodedEvent/fields``.
        case dynamic(Int)
        /// The container's own object, rendered elsewhere.
        case container

        /// Where the text of a field lies; nil for what is none.
        func range(in event: borrowing DecodedEvent) -> Range<Int>? {
            switch self {
            case .object, .container: nil
            case .fixed(let field): event[field]
            case .dynamic(let place): event.fields[place].value
            }
        }
    }

    struct Node: Sendable {
        /// Range of ``DataTree/keys``.
        let key: Range<Int>
        let value: Value
        let parent: Int
        var firstChild = -1
        var lastChild = -1
        var next = -1
    }

    /// Names with more parts are left out; JSON goes no deeper (§4.5).
    private static let depthLimit = 1000

    /// Node 0 is `data` itself.
    private(set) var nodes: [Node] = []
    private(set) var keys: [UInt8] = []

    /// Fills the tree with the fields of an event.
    mutating func build(_ event: DecodedEvent, hasContainer: Bool) {
        nodes.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        nodes.append(Node(key: 0..<0, value: .object, parent: -1))
        for field in StaticField.allCases {
            guard event[field] != nil else { continue }
            let start = keys.count
            keys.append(text: field.name)
            append(Node(key: start..<keys.count, value: .fixed(field), parent: 0))
        }
        if hasContainer {
            let start = keys.count
            keys.append(literal: "container")
            append(Node(key: start..<keys.count, value: .container, parent: 0))
        }
        var name: [UInt8] = []
        for (place, field) in event.fields.enumerated() where !field.value.isEmpty {
            name.removeAll(keepingCapacity: true)
            event.appendName(of: field, to: &name)
            insert(name.span, .dynamic(place))
        }
    }

    /// Whether there is no field at all.
    var isEmpty: Bool { nodes.count <= 1 }

    private mutating func append(_ node: Node) {
        let index = nodes.count
        nodes.append(node)
        let last = nodes[node.parent].lastChild
        if last < 0 {
            nodes[node.parent].firstChild = index
        } else {
            nodes[last].next = index
        }
        nodes[node.parent].lastChild = index
    }

    private mutating func insert(_ name: Span<UInt8>, _ value: Value) {
        var parent = 0
        var start = 0
        var depth = 0
        while let dot = ByteCompare.find(UInt8(ascii: "."), in: name, from: start) {
            let part = name.extracting(start..<dot)
            if let known = child(of: parent, part) {
                guard case .object = nodes[known].value else { return }
                parent = known
            } else {
                append(Node(key: store(part), value: .object, parent: parent))
                parent = nodes.count - 1
            }
            start = dot + 1
            depth += 1
            if depth >= Self.depthLimit { return }
        }
        let part = name.extracting(start..<name.count)
        guard child(of: parent, part) == nil else { return }
        append(Node(key: store(part), value: value, parent: parent))
    }

    private func child(of parent: Int, _ key: Span<UInt8>) -> Int? {
        var index = nodes[parent].firstChild
        let keys = keys.span
        while index >= 0 {
            let other = keys.extracting(nodes[index].key)
            if ByteCompare.areEqualIgnoringCase(key, other) { return index }
            index = nodes[index].next
        }
        return nil
    }

    private mutating func store(_ key: Span<UInt8>) -> Range<Int> {
        let start = keys.count
        keys.append(span: key)
        return start..<keys.count
    }
}
