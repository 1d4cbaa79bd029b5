// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The decoder plug-in `OSSECAlert_Decoder`: alerts of another server.
///
/// `Alert Level: 3; Rule: 5501 - text; Location: place; srcip: a; user: u; log`
///
/// The event then has the rule that the text names, and no other is tried.
///
/// Source: analysis-engine.md §4.6.
enum OSSECAlertExtractor {
    /// Takes location, srcip, user and log out of the text; leaves the event as
    /// it is when a part is missing.
    static func extract(_ text: Span<UInt8>, _ event: inout DecodedEvent) {
        let end = event.log.upperBound
        guard let level = find("Alert Level: ", text, event.log.lowerBound, end),
            let rule = find("; Rule: ", text, level, end),
            let identifier = number(text, rule, end),
            let place = find("; Location: ", text, rule, end),
            let placeEnd = ByteCompare.find(UInt8(ascii: ";"), in: text, from: place),
            placeEnd < end
        else { return }
        var position = min(placeEnd + 2, end)
        take("srcip: ", .srcip, text, &position, &event)
        take("user: ", .dstuser, text, &position, &event)
        event.generatedRuleID = identifier
        event.location = joined(event.location, place..<placeEnd, &event)
        event.hostname = event.location
        event.log = position..<end
    }

    /// Stores `old|new`.
    private static func joined(
        _ old: Range<Int>,
        _ new: Range<Int>,
        _ event: inout DecodedEvent
    ) -> Range<Int> {
        let start = event.arena.count
        for index in old { event.arena.append(event.arena[index]) }
        event.arena.append(UInt8(ascii: "|"))
        for index in new { event.arena.append(event.arena[index]) }
        return start..<event.arena.count
    }

    /// Takes an optional `key: value; `.
    private static func take(
        _ key: StaticString,
        _ field: StaticField,
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ event: inout DecodedEvent
    ) {
        let end = event.log.upperBound
        guard ByteCompare.starts(text, at: position, key),
            let stop = ByteCompare.find(UInt8(ascii: ";"), in: text, from: position), stop < end
        else { return }
        let start = position + key.utf8CodeUnitCount
        guard start <= stop else { return }
        event[field] = start..<stop
        position = min(stop + 2, end)
    }

    /// The place behind a word.
    private static func find(
        _ word: StaticString,
        _ text: Span<UInt8>,
        _ start: Int,
        _ end: Int
    ) -> Int? {
        guard let found = ByteCompare.find(word, in: text, from: start) else { return nil }
        let behind = found + word.utf8CodeUnitCount
        return behind <= end ? behind : nil
    }

    private static func number(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var value = 0
        var position = start
        while position < end, position < start + 9, text[position] &- 0x30 < 10 {
            value = value * 10 + Int(text[position] &- 0x30)
            position += 1
        }
        return position > start ? value : nil
    }
}
