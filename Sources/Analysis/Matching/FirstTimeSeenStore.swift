// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The keys of events that were seen before, for rules with `if_fts`.
///
/// Bounded: the oldest key goes when there are too many, and may then be "new"
/// again.
///
/// Source: analysis-engine.md §4.7.
struct FirstTimeSeenStore: Sendable {
    private static let keyLimit = 255
    private static let capacity = 100_000
    /// `fts_list_size` and `fts_min_size_for_str`.
    private static let recentCount = 32
    private static let sharedPrefix = 14
    private static let similarCount = 3

    /// The fields with a slot of their own, in the key's order; the location
    /// follows them.
    private static let slots: [StaticField] = [
        .id, .dstuser, .srcuser, .srcip, .dstip, .data, .systemName,
    ]

    private struct Key: Sendable {
        let name: [UInt8]
        let fields: LogDecoder.FirstTimeSeenKey
    }

    /// By decoder index.
    private let keys: [Int: Key]
    private var seen: Set<[UInt8]> = []
    private var order: [[UInt8]] = []
    /// Place in ``order`` of the oldest key, once it is full.
    private var oldest = 0
    private(set) var recent: [[UInt8]] = []
    /// Keys that went for newer ones.
    private(set) var forgotten = 0

    /// How many keys are known.
    var count: Int { order.count }

    /// All keys, the oldest first.
    var keysInOrder: [[UInt8]] { Array(order[oldest...] + order[..<oldest]) }

    init(_ ruleset: Ruleset) {
        var keys: [Int: Key] = [:]
        for (index, decoder) in ruleset.decoders.enumerated() {
            guard let fields = decoder.firstTimeSeen else { continue }
            keys[index] = Key(name: [UInt8](decoder.name.utf8), fields: fields)
        }
        self.keys = keys
    }

    /// Whether the event's key is new; it is known from then on.
    mutating func isFirst(_ event: inout DecodedEvent, _ buffer: inout [UInt8]) -> Bool {
        guard let decoder = event.decoder, let key = keys[decoder] else { return false }
        if let own = event.firstTimeKey {
            buffer.removeAll(keepingCapacity: true)
            buffer.append(span: event.arena.span.extracting(own))
        } else {
            write(key, &event, to: &buffer)
        }
        if seen.contains(buffer) { return false }
        if event.category == .ids, hasSimilar(buffer) {
            buffer.removeSubrange(Self.sharedPrefix...)
            if seen.contains(buffer) { return false }
        }
        remember(buffer)
        return true
    }

    /// Learns keys that were seen before, the oldest first.
    ///
    /// They count as older than those seen since.
    mutating func restore(_ keys: [[UInt8]], recent: [[UInt8]]) {
        let own = keysInOrder
        let ownRecent = self.recent
        (seen, order, oldest, self.recent) = ([], [], 0, [])
        for key in keys + own where !seen.contains(key) { remember(key) }
        self.recent = Array((recent + ownRecent).suffix(Self.recentCount))
    }

    private func write(_ key: Key, _ event: inout DecodedEvent, to buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        buffer += key.name
        let arena = event.arena.span
        for field in Self.slots {
            buffer.append(UInt8(ascii: " "))
            guard key.fields.fixed.contains(field), let range = event[field] else { continue }
            buffer.append(span: arena.extracting(range))
        }
        buffer.append(UInt8(ascii: " "))
        if key.fields.includesLocation { buffer.append(span: arena.extracting(event.location)) }
        for name in key.fields.dynamic {
            guard let range = event[name] else { continue }
            buffer.append(UInt8(ascii: " "))
            buffer.append(span: arena.extracting(range))
        }
        if buffer.count > Self.keyLimit { buffer.removeSubrange(Self.keyLimit...) }
    }

    /// Whether at least three of the last keys begin as this one does.
    private func hasSimilar(_ key: [UInt8]) -> Bool {
        guard key.count > Self.sharedPrefix else { return false }
        let prefix = key[...Self.sharedPrefix]
        return recent.count { $0.starts(with: prefix) } >= Self.similarCount
    }

    private mutating func remember(_ key: [UInt8]) {
        seen.insert(key)
        if order.count < Self.capacity {
            order.append(key)
        } else {
            seen.remove(order[oldest])
            forgotten += 1
            order[oldest] = key
            oldest = (oldest + 1) % Self.capacity
        }
        recent.append(key)
        if recent.count > Self.recentCount { recent.removeFirst() }
    }
}
