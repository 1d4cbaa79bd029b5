// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// The decoders of a ruleset laid out for running: nodes without references, so
/// that going over them touches no reference count.
final class DecoderPlan: Sendable {
    /// A decoder; `-1` stands for "none" in indices.
    struct Node: Sendable {
        /// Index into ``patterns``, or -1 for any program.
        var programName: Int = -1
        /// Index into ``patterns``.
        var prematch: Int = -1
        var prematchIsAfterParent = false
        var extraction = Extraction.none
        /// Of ``DecoderPlan/children``.
        var children = 0..<0
        var category = EventCategory.syslog
        var json: LogDecoder.JSONOptions
    }

    /// See ``LogDecoder/Extraction``.
    enum Extraction: Sendable {
        case none
        /// `pattern` is an index into ``DecoderPlan/patterns``, `order` a range
        /// of ``DecoderPlan/orders``.
        case regex(pattern: Int, offset: LogDecoder.TextOffset, order: Range<Int>)
        case plugin(LogDecoder.Plugin, offset: LogDecoder.TextOffset)
    }

    struct Child: Sendable {
        let decoder: Int
        let hasNext: Bool
    }

    /// Where a capture goes.
    enum OrderedField: Sendable {
        case fixed(StaticField)
        /// `path` is the node of ``JSONPaths`` for the name as the decoder writes
        /// it.
        case dynamic(FieldName, path: Int)
    }

    let nodes: [Node]
    let children: [Child]
    let patterns: PatternTable
    let orders: [OrderedField]
    /// Names of fields as decoders write them: what ``JSONPaths`` begins with.
    let writtenNames: [[UInt8]]
    let selection: DecoderSelection

    init(_ ruleset: Ruleset) {
        let builder = DecoderPlanBuilder(ruleset)
        nodes = builder.nodes
        children = builder.children
        patterns = PatternTable(builder.patterns)
        orders = builder.orders
        writtenNames = builder.writtenNames
        selection = DecoderSelection(ruleset, builder.nodes, builder.patterns)
    }
}

/// Lays decoders out.
private struct DecoderPlanBuilder {
    typealias Node = DecoderPlan.Node

    private(set) var nodes: [Node] = []
    private(set) var children: [DecoderPlan.Child] = []
    private(set) var patterns = PatternTableBuilder()
    private(set) var orders: [DecoderPlan.OrderedField] = []
    private(set) var writtenNames: [[UInt8]] = []

    init(_ ruleset: Ruleset) {
        nodes.reserveCapacity(ruleset.decoders.count)
        for decoder in ruleset.decoders {
            var node = Node(json: decoder.json)
            node.programName = decoder.programName.map { patterns.add($0) } ?? -1
            if let prematch = decoder.prematch {
                node.prematch = patterns.add(prematch.pattern)
                node.prematchIsAfterParent = prematch.isAfterParent
            }
            node.extraction = extraction(decoder.extraction)
            let start = children.count
            children += decoder.children.map {
                DecoderPlan.Child(decoder: $0.decoder, hasNext: $0.hasNext)
            }
            node.children = start..<children.count
            node.category = decoder.category
            nodes.append(node)
        }
    }

    private mutating func extraction(_ extraction: LogDecoder.Extraction) -> DecoderPlan.Extraction
    {
        switch extraction {
        case .none: return .none
        case .plugin(let plugin, let offset): return .plugin(plugin, offset: offset)
        case .regex(let pattern, let offset, let order):
            let start = orders.count
            for field in order { orders.append(ordered(field)) }
            return .regex(
                pattern: patterns.add(pattern),
                offset: offset,
                order: start..<orders.count
            )
        }
    }

    private mutating func ordered(_ field: LogDecoder.OrderedField) -> DecoderPlan.OrderedField {
        switch field {
        case .fixed(let field): return .fixed(field)
        case .dynamic(let name, let written):
            writtenNames.append([UInt8](written.utf8))
            return .dynamic(name, path: writtenNames.count)
        }
    }
}
