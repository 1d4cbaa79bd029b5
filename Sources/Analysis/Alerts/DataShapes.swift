// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The objects `data` of the alerts so far, without their values.
///
/// What stands around the values follows from which fields an event has, in
/// which order, and which of them are empty. Shapes are found by just that.
struct DataShapes: Sendable {
    /// Where the parts of an object are.
    struct Shape: Sendable {
        /// Range of ``DataShapes/steps``.
        let steps: Range<Int>
        /// What is written besides the values: a range of ``DataShapes/literals``.
        let literals: Range<Int>
        /// Range of ``DataShapes/keys``: what the shape is found by.
        fileprivate let key: Range<Int>
    }

    /// A value, behind what is written up to it.
    struct Step: Sendable {
        /// Where the literals before the value end.
        let literalEnd: Int
        let value: DataTree.Value
    }

    /// More shapes, or more bytes of them, are forgotten all at once.
    private static let shapeLimit = 512
    private static let byteLimit = 256 << 10
    /// Stands for a field with an empty value, which is not written.
    private static let empty: Int32 = -1

    private(set) var steps: [Step] = []
    private(set) var literals: [UInt8] = []
    private var keys: [Int32] = []
    private var shapes: [Shape] = []
    /// Number of a shape plus one; 0 is an empty place.
    private var places = [Int32](repeating: 0, count: 4 * shapeLimit)
    private let seed = UInt64.random(in: .min ... .max)
    /// Of the paths that keys speak of.
    private var generation = 0
    private var tree = DataTree()

    /// The shape of an event's object; nil when it has no field.
    ///
    /// It is valid until the next call.
    mutating func shape(of event: inout DecodedEvent, hasContainer: Bool) -> Shape? {
        let isCrowded = shapes.count >= Self.shapeLimit || literals.count > Self.byteLimit
        if isCrowded || generation != event.paths.generation { forget(&event) }
        let fixed = Self.fixedFields(of: &event, hasContainer)
        if fixed == 0, event.fields.isEmpty { return nil }
        let place = place(fixed, &event)
        if places[place] != 0 { return shapes[Int(places[place]) - 1] }
        return add(&event, fixed, hasContainer, at: place)
    }

    private mutating func forget(_ event: inout DecodedEvent) {
        steps.removeAll(keepingCapacity: true)
        literals.removeAll(keepingCapacity: literals.count <= 2 * Self.byteLimit)
        keys.removeAll(keepingCapacity: true)
        shapes.removeAll(keepingCapacity: true)
        for index in places.indices { places[index] = 0 }
        generation = event.paths.generation
    }

    // MARK: Finding

    /// Which fields with a name of their own there are, and a container.
    @inline(__always)
    private static func fixedFields(
        of event: inout DecodedEvent,
        _ hasContainer: Bool
    ) -> Int32 {
        var fields: Int32 = hasContainer ? 1 << 30 : 0
        for index in 0..<StaticField.count where event.value(inSlot: index) != nil {
            fields |= 1 << Int32(index)
        }
        return fields
    }

    /// What a field's name is told by; nil when only the event knows its name.
    @inline(__always)
    private static func key(_ field: DecodedEvent.DynamicField) -> Int32? {
        guard !field.value.isEmpty else { return empty }
        guard case .path(let node) = field.writtenName else { return nil }
        return Int32(truncatingIfNeeded: node)
    }

    /// The place that holds an event's shape, or the empty one where it belongs.
    private func place(_ fixed: Int32, _ event: inout DecodedEvent) -> Int {
        let mask = places.count - 1
        let fields = event.fields.span
        var hash = seed ^ UInt64(truncatingIfNeeded: fixed)
        for index in fields.indices {
            let key = UInt64(truncatingIfNeeded: Self.key(fields[index]) ?? Self.empty)
            hash = (hash ^ key) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] != 0 {
            if isShape(Int(places[place]) - 1, of: fields, fixed) { return place }
            place = (place + 1) & mask
        }
        return place
    }

    private func isShape(
        _ index: Int,
        of fields: Span<DecodedEvent.DynamicField>,
        _ fixed: Int32
    ) -> Bool {
        let key = shapes[index].key
        guard key.count == fields.count + 1, keys[key.lowerBound] == fixed else { return false }
        for index in fields.indices
        where keys[key.lowerBound + 1 + index] != Self.key(fields[index]) {
            return false
        }
        return true
    }

    // MARK: Adding

    /// Puts the shape of an event together.
    ///
    /// With a name that only the event knows it is not found again.
    private mutating func add(
        _ event: inout DecodedEvent,
        _ fixed: Int32,
        _ hasContainer: Bool,
        at place: Int
    ) -> Shape? {
        tree.build(event, hasContainer: hasContainer)
        guard !tree.isEmpty else { return nil }
        let (firstStep, firstLiteral, firstKey) = (steps.count, literals.count, keys.count)
        appendTree()
        var isKnown = true
        keys.append(fixed)
        for index in event.fields.indices {
            let key = Self.key(event.fields[index])
            keys.append(key ?? Self.empty)
            if key == nil { isKnown = false }
        }
        if !isKnown { keys.removeSubrange(firstKey...) }
        let shape = Shape(
            steps: firstStep..<steps.count,
            literals: firstLiteral..<literals.count,
            key: firstKey..<keys.count
        )
        shapes.append(shape)
        if isKnown { places[place] = Int32(shapes.count) }
        return shape
    }

    /// Appends the tree's object: literals, and a step for each value.
    private mutating func appendTree() {
        let keys = tree.keys
        literals.append(UInt8(ascii: "{"))
        var index = tree.nodes[0].firstChild
        while index > 0 {
            let node = tree.nodes[index]
            literals.appendJSONString(keys.span.extracting(node.key))
            literals.append(UInt8(ascii: ":"))
            switch node.value {
            case .object:
                literals.append(UInt8(ascii: "{"))
                if node.firstChild >= 0 {
                    index = node.firstChild
                    continue
                }
                literals.append(UInt8(ascii: "}"))
            case .fixed, .dynamic, .container:
                steps.append(Step(literalEnd: literals.count, value: node.value))
            }
            index = following(index)
        }
        literals.append(UInt8(ascii: "}"))
    }

    /// The node to write after one, with the comma or the ends of objects
    /// between them; 0 when none is left.
    private mutating func following(_ index: Int) -> Int {
        var index = index
        while index > 0 {
            if tree.nodes[index].next >= 0 {
                literals.append(UInt8(ascii: ","))
                return tree.nodes[index].next
            }
            index = tree.nodes[index].parent
            if index > 0 { literals.append(UInt8(ascii: "}")) }
        }
        return 0
    }
}
