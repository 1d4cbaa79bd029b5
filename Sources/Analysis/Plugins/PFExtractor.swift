// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The decoder plug-in `PF_Decoder`: OpenBSD's packet filter.
///
/// `rule 0/(match) pass in on em0: 10.0.0.1.99 > 10.0.0.2.80: udp 30`
///
/// Source: analysis-engine.md §4.6.
enum PFExtractor {
    /// Sets action, addresses, ports and protocol, as far as the log has them.
    static func extract(_ text: Span<UInt8>, _ event: inout DecodedEvent) {
        let end = event.log.upperBound
        guard let close = find(UInt8(ascii: ")"), text, event.log.lowerBound, end),
            close + 2 < end, text[close + 1] == UInt8(ascii: " ")
        else { return }
        switch text[close + 2] {
        case UInt8(ascii: "p"): event.set(.action, "pass")
        case UInt8(ascii: "b"): event.set(.action, "block")
        default: return
        }
        guard let colon = ByteCompare.find(": ", in: text, from: close), colon + 2 < end,
            let space = find(UInt8(ascii: " "), text, colon + 2, end)
        else { return }
        setEndpoint(.srcip, .srcport, text, colon + 2..<space, &event)
        guard ByteCompare.starts(text, at: space, " > "), space + 3 <= end,
            let stop = find(UInt8(ascii: ":"), text, space + 3, end)
        else { return }
        setEndpoint(.dstip, .dstport, text, space + 3..<stop, &event)
        var next = stop + 1
        while next < end, text[next] == UInt8(ascii: " ") { next += 1 }
        guard next < end else { return }
        switch text[next] {
        case UInt8(ascii: "u"): event.set(.protocol, "UDP")
        case UInt8(ascii: "i"): event.set(.protocol, "ICMP")
        default: event.set(.protocol, "TCP")
        }
    }

    /// An address, with the port behind its fourth dot.
    private static func setEndpoint(
        _ address: StaticField,
        _ port: StaticField,
        _ text: Span<UInt8>,
        _ token: Range<Int>,
        _ event: inout DecodedEvent
    ) {
        var dots = 0
        for index in token where text[index] == UInt8(ascii: ".") {
            dots += 1
            if dots == 4 {
                event[address] = token.lowerBound..<index
                event[port] = index + 1..<token.upperBound
                return
            }
        }
        event[address] = token
    }

    private static func find(
        _ byte: UInt8,
        _ text: Span<UInt8>,
        _ start: Int,
        _ end: Int
    ) -> Int? {
        ByteCompare.find(byte, in: text, from: start).flatMap { $0 < end ? $0 : nil }
    }
}

extension DecodedEvent {
    /// Sets a field to a word that the log does not contain.
    mutating func set(_ field: StaticField, _ word: StaticString) {
        let start = arena.count
        arena.append(literal: word)
        self[field] = start..<arena.count
    }
}
