// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The paths that JSON objects were seen to have, as a tree of their keys.
///
/// What a path means is found out once. Objects of one kind name their members
/// in one order, so every key remembers which two followed it last: a comparison
/// then finds the next.
struct JSONPaths: Sendable {
    /// A key within its object.
    struct Node: Sendable {
        /// Number of the object's own node.
        let parent: Int
        /// The key as it stands between its quotes: a range of ``JSONPaths/bytes``.
        let key: Range<Int>
        /// All keys down to this one with dots between them, without escapes.
        let path: Range<Int>
        let meaning: FieldNameIndex.Meaning
        /// Whether a whole number keeps its digits (§4.5).
        let keepsDigits: Bool
        /// Whether the name is the container's own.
        let isReserved: Bool
        /// Whether the name is of those that ``ComplianceFromEvent`` reads.
        let isAssessment: Bool
    }

    /// The nodes that followed a node last; 0, which never follows, for none.
    private struct Successors: Sendable {
        var last = 0
        var other = 0
    }

    /// The outermost object.
    static let root = 0
    /// What stands for a path that found no place.
    static let unknown = -1
    /// The parent of names that decoders write.
    private static let decoders = -2

    /// More paths are forgotten all at once.
    private static let nodeLimit = 4096
    private static let byteLimit = 256 << 10
    /// A longer path is not kept.
    private static let pathLimit = 1024

    private let names: FieldNameIndex
    private(set) var nodes: [Node] = []
    private(set) var bytes: [UInt8] = []
    private var successors: [Successors] = []
    /// Number of a node; 0 is an empty place.
    ///
    /// Their count is a power of two.
    private var places = [Int32](repeating: 0, count: 4 * nodeLimit)
    private let seed = UInt64.random(in: .min ... .max)
    /// Nodes and bytes of what is never forgotten.
    private var permanent = (nodes: 0, bytes: 0)
    private var isFull = false
    /// Rises when paths are forgotten: then numbers mean others.
    private(set) var generation = 0

    /// Knows the names that decoders write: node 1 is the first of them.
    init(names: FieldNameIndex, decoderNames: [[UInt8]]) {
        self.names = names
        append(parent: Self.decoders, key: 0..<0, path: 0..<0)
        for name in decoderNames {
            let range = store(name.span)
            append(parent: Self.decoders, key: range, path: range)
        }
        permanent = (nodes.count, bytes.count)
    }

    // MARK: Finding

    /// The node of the key that most likely follows, if it stands at `position`,
    /// just behind its quote, up to another quote.
    @inline(__always)
    func expected(
        after previous: Int,
        in parent: Int,
        _ text: Span<UInt8>,
        before end: Int,
        at position: Int
    ) -> Int? {
        guard previous >= 0 else { return nil }
        let next = successors[previous]
        if stands(next.last, in: parent, text, before: end, at: position) { return next.last }
        if stands(next.other, in: parent, text, before: end, at: position) { return next.other }
        return nil
    }

    @inline(__always)
    private func stands(
        _ node: Int,
        in parent: Int,
        _ text: Span<UInt8>,
        before end: Int,
        at position: Int
    ) -> Bool {
        guard node > 0, nodes[node].parent == parent else { return false }
        let key = nodes[node].key
        return position + key.count < end
            && text[position + key.count] == UInt8(ascii: "\"")
            && ByteCompare.areEqual(text, at: position, bytes.span, key)
    }

    /// The node of a key, which is added if it is new; ``unknown`` when it has no
    /// place, nil when its escapes are malformed.
    mutating func find(
        _ key: Range<Int>,
        of text: Span<UInt8>,
        in parent: Int,
        after previous: Int,
        scratch: inout [UInt8]
    ) -> Int? {
        let place = place(of: text.extracting(key), parent)
        var node = Int(places[place])
        if node == 0 {
            scratch.removeAll(keepingCapacity: true)
            if parent != Self.root {
                scratch.append(span: bytes.span.extracting(nodes[parent].path))
                scratch.append(UInt8(ascii: "."))
            }
            guard JSONUnescaping.append(key, of: text, to: &scratch) else { return nil }
            guard hasRoom(key.count + scratch.count, scratch.count) else { return Self.unknown }
            node = nodes.count
            places[place] = Int32(node)
            append(
                parent: parent,
                key: store(text.extracting(key)),
                path: store(scratch.span)
            )
        }
        if previous >= 0 {
            successors[previous] = Successors(last: node, other: successors[previous].last)
        }
        return node
    }

    /// The name that a path stands for.
    @inline(__always)
    func meaning(_ path: Span<UInt8>) -> FieldNameIndex.Meaning { names.find(path) }

    /// Whether the digits of a whole number at a path are kept (§4.5).
    static func keepsDigits(_ path: Span<UInt8>) -> Bool {
        path.count <= 15 && ByteCompare.starts(path, "docker.time")
            && (path.count == 11 || path.count == 15 && ByteCompare.starts(path, at: 11, "Nano"))
    }

    // MARK: Keeping

    /// Begins an object: makes room if an earlier one lacked it.
    mutating func start() {
        guard isFull else { return }
        isFull = false
        generation &+= 1
        nodes.removeSubrange(permanent.nodes...)
        successors.removeAll(keepingCapacity: true)
        for _ in nodes { successors.append(Successors()) }
        bytes.removeSubrange(permanent.bytes...)
        for index in places.indices { places[index] = 0 }
    }

    private mutating func hasRoom(_ count: Int, _ pathCount: Int) -> Bool {
        guard pathCount <= Self.pathLimit, count <= 8 * Self.pathLimit else { return false }
        guard nodes.count < permanent.nodes + Self.nodeLimit,
            bytes.count + count <= permanent.bytes + Self.byteLimit
        else {
            isFull = true
            return false
        }
        return true
    }

    private mutating func store(_ text: Span<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(span: text)
        return start..<bytes.count
    }

    private mutating func append(parent: Int, key: Range<Int>, path: Range<Int>) {
        let all = bytes
        let text = all.span.extracting(path)
        nodes.append(
            Node(
                parent: parent,
                key: key,
                path: path,
                meaning: names.find(text),
                keepsDigits: Self.keepsDigits(text),
                isReserved: ContainerFields.isReserved(text),
                isAssessment: ComplianceFromEvent.isAssessment(text)
            )
        )
        successors.append(Successors())
    }

    /// The place that holds a key's node, or the empty one where it belongs.
    private func place(of key: Span<UInt8>, _ parent: Int) -> Int {
        var hash = ByteHash(seed: seed)
        hash.combine(parent)
        hash.combine(key)
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash.value) & mask
        while places[place] != 0 {
            let node = Int(places[place])
            if nodes[node].parent == parent,
                ByteCompare.areEqual(key, bytes.span.extracting(nodes[node].key))
            {
                return place
            }
            place = (place + 1) & mask
        }
        return place
    }
}
