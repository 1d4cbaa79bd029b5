// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The decoder plug-in `SonicWall_Decoder`.
///
/// - Compatibility: Wazuh keeps a changed category for all later events of the
///   decoder; here it is that of the one event.
///
/// Source: analysis-engine.md §4.6.
enum SonicWallExtractor {
    /// Sets status, id, addresses, protocol and category, as far as the log has
    /// them.
    static func extract(_ text: Span<UInt8>, _ event: inout DecodedEvent) {
        let log = event.log
        guard let priority = value(after: "pri=", text, log, from: log.lowerBound),
            let group = value(after: " c=", text, log, from: priority.upperBound),
            let message = value(after: " m=", text, log, from: group.upperBound)
        else { return }
        event[.status] = priority
        event[.id] = message
        setEndpoint("src=", .srcip, .srcport, text, message.upperBound, &event)
        setEndpoint("dst=", .dstip, .dstport, text, message.upperBound, &event)
        if let name = token(after: " proto=", text, log, from: message.upperBound) {
            event[.protocol] = name
        }
        classify(number(text, group), number(text, message), text, &event)
    }

    private static func classify(
        _ group: Int,
        _ message: Int,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent
    ) {
        if group == 32 {
            event.category = .ids
            return
        }
        switch message {
        case 98, 597, 598: setFirewall("pass", &event)
        case 36, 37, 38, 173, 174: setFirewall("drop", &event)
        case 537: setFirewall("close", &event)
        case 97: setProxy(text, &event)
        default: return
        }
    }

    private static func setFirewall(_ action: StaticString, _ event: inout DecodedEvent) {
        event.category = .firewall
        event.set(.action, action)
    }

    private static func setProxy(_ text: Span<UInt8>, _ event: inout DecodedEvent) {
        event.category = .squid
        let log = event.log
        guard let result = value(after: "result=", text, log, from: log.lowerBound),
            let name = token(after: " dstname=", text, log, from: result.upperBound),
            let path = token(after: " arg=", text, log, from: name.upperBound),
            path.upperBound == log.upperBound
        else { return }
        event[.id] = result
        let host = event.store(text.extracting(name))
        let url = event.store(text.extracting(path))
        event[.url] = host.lowerBound..<url.upperBound
    }

    /// Sets address and port from `src=ip:port:…`.
    private static func setEndpoint(
        _ key: StaticString,
        _ address: StaticField,
        _ port: StaticField,
        _ text: Span<UInt8>,
        _ start: Int,
        _ event: inout DecodedEvent
    ) {
        guard let word = token(after: key, text, event.log, from: start) else { return }
        var parts: [Range<Int>] = []
        var begin = word.lowerBound
        for index in word where text[index] == UInt8(ascii: ":") && parts.count < 2 {
            parts.append(begin..<index)
            begin = index + 1
        }
        event[address] = parts.first ?? word
        if parts.count == 2 {
            event[port] = parts[1]
        } else if parts.count == 1 {
            event[port] = begin..<word.upperBound
        }
    }

    /// The digits behind a key; nil without key or digit.
    private static func value(
        after key: StaticString,
        _ text: Span<UInt8>,
        _ log: Range<Int>,
        from start: Int
    ) -> Range<Int>? {
        guard let word = token(after: key, text, log, from: start) else { return nil }
        var end = word.lowerBound
        while end < word.upperBound, text[end] &- 0x30 < 10 { end += 1 }
        return end > word.lowerBound ? word.lowerBound..<end : nil
    }

    /// The bytes behind a key up to a space.
    private static func token(
        after key: StaticString,
        _ text: Span<UInt8>,
        _ log: Range<Int>,
        from start: Int
    ) -> Range<Int>? {
        guard let found = ByteCompare.find(key, in: text, from: start) else { return nil }
        let begin = found + key.utf8CodeUnitCount
        guard begin <= log.upperBound else { return nil }
        let space = ByteCompare.find(UInt8(ascii: " "), in: text, from: begin) ?? log.upperBound
        return begin..<min(space, log.upperBound)
    }

    /// A small number; 0 when it is long.
    private static func number(_ text: Span<UInt8>, _ digits: Range<Int>) -> Int {
        guard digits.count <= 9 else { return 0 }
        return digits.reduce(0) { $0 * 10 + Int(text[$1] &- 0x30) }
    }
}
