// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Gives events the places of their addresses, and remembers them.
///
/// Source: analysis-engine.md §5.3, `srcgeoip` and `dstgeoip`.
struct PlaceTable: Sendable {
    /// More addresses than this are forgotten all at once.
    private static let capacity = 8192
    /// A longer text is no address.
    private static let addressLimit = 45

    private let source: AddressPlaces
    /// Places by address; empty for one that is not known.
    private var known: [[UInt8]: [UInt8]] = [:]
    private var key: [UInt8] = []

    init(_ source: AddressPlaces) {
        self.source = source
    }

    /// Sets the places of the event's addresses.
    mutating func complete(_ event: inout DecodedEvent) {
        event.sourcePlace = place(of: .srcip, &event)
        event.destinationPlace = place(of: .dstip, &event)
    }

    private mutating func place(of field: StaticField, _ event: inout DecodedEvent) -> Range<Int>? {
        guard let range = event[field], !range.isEmpty, range.count <= Self.addressLimit else {
            return nil
        }
        key.removeAll(keepingCapacity: true)
        key.append(span: event.arena.span.extracting(range))
        let place = knownPlace()
        guard !place.isEmpty else { return nil }
        return event.store(place.span)
    }

    /// The place of the address in ``key``; empty when nobody knows it.
    private mutating func knownPlace() -> [UInt8] {
        if let found = known[key] { return found }
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        let place = source.place(key) ?? []
        known[key] = place
        return place
    }
}
