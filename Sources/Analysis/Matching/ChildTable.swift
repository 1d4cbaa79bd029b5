// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The children of rule nodes, ready for the decoder an event had.
///
/// A rule whose first condition is `decoded_as` fails at once for all other
/// decoders. Where a node has many such children, each decoder gets a list of its
/// own: the same children in the same order without those that cannot hold.
struct ChildTable: Sendable {
    /// A node's children.
    struct Group: Sendable {
        /// All of them: a range of ``ChildTable/nodes``.
        let all: Range<Int>
        /// Those for each decoder: index into ``ChildTable/ranges`` of decoder
        /// name 0; -1 when there is one list for all.
        let byDecoder: Int
    }

    /// Fewer children than this are not worth it.
    private static let threshold = 8

    private let decoderNameCount: Int
    private(set) var nodes: [Int] = []
    private var ranges: [Range<Int>] = []

    init(decoderNameCount: Int) {
        self.decoderNameCount = decoderNameCount
    }

    /// Adds a node's children; `decoderNames` has the wanted name of every node.
    mutating func add(_ children: [Int], decoderNames: [Int?]) -> Group {
        let all = append(children)
        let wanted = Set(children.compactMap { decoderNames[$0] })
        guard children.count >= Self.threshold, !wanted.isEmpty else {
            return Group(all: all, byDecoder: -1)
        }
        let others = append(children.filter { decoderNames[$0] == nil })
        let first = ranges.count
        for name in 0..<decoderNameCount {
            let isWanted = wanted.contains(name)
            let own = children.filter { decoderNames[$0] == nil || decoderNames[$0] == name }
            ranges.append(isWanted ? append(own) : others)
        }
        ranges.append(others)
        return Group(all: all, byDecoder: first)
    }

    private mutating func append(_ children: [Int]) -> Range<Int> {
        let start = nodes.count
        nodes += children
        return start..<nodes.count
    }

    /// The children that can hold for a decoder's name; `decoderNameCount` for no
    /// decoder.
    @inline(__always)
    func range(_ group: Group, decoderName: Int) -> Range<Int> {
        group.byDecoder < 0 ? group.all : ranges[group.byDecoder + decoderName]
    }

    /// The node at a place of a range.
    @inline(__always)
    subscript(_ place: Int) -> Int { nodes[place] }
}
