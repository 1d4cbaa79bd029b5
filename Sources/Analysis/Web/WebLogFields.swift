// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// Completes access lines: gives those in JSON the fields that rules know, and finds the
/// source behind trusted proxies.
struct WebLogFields: Sendable {
    let userAgent: WebLogSlots
    let referrer: WebLogSlots
    let user: WebLogSlots
    let body: WebLogSlots
    let cookie: WebLogSlots
    private let source: WebLogSlots
    private let url: WebLogSlots
    private let line: WebLogSlots
    private let status: WebLogSlots
    private let method: WebLogSlots
    private let forwarded: WebLogSlots
    private let peer: FieldName?
    private let agentName: FieldName?
    private let referrerName: FieldName?
    private let settings: WebLogSettings
    private let layoutDecoder: Int
    private let completesJSON: Bool
    private let headerMark: WebLogSlots
    private var layouts: W3CLayouts

    init(_ ruleset: Ruleset, _ names: FieldNameIndex, _ settings: WebLogSettings) {
        userAgent = WebLogSlots(WebLogNames.userAgent, names)
        referrer = WebLogSlots(WebLogNames.referrer, names)
        user = WebLogSlots(WebLogNames.user, names)
        body = WebLogSlots(WebLogNames.body, names)
        cookie = WebLogSlots(WebLogNames.cookie, names)
        source = WebLogSlots(WebLogNames.source, names)
        url = WebLogSlots(WebLogNames.url, names)
        line = WebLogSlots(WebLogNames.line, names)
        status = WebLogSlots(WebLogNames.status, names)
        method = WebLogSlots(WebLogNames.method, names)
        forwarded = WebLogSlots(WebLogNames.forwarded, names)
        func name(_ text: String) -> FieldName? {
            let bytes = Array(text.utf8)
            return names.name(bytes.span)
        }
        peer = name("http.peer")
        agentName = name("http.user_agent")
        referrerName = name("http.referrer")
        self.settings = settings
        layouts = W3CLayouts(names)
        layoutDecoder = ruleset.decoders.firstIndex { $0.name == W3CLayouts.decoderName } ?? -1
        completesJSON = ruleset.asksForAttacks
        headerMark = WebLogSlots(WebLogNames.headerMarks, names)
    }

    /// Whether the log may have headers besides User-Agent and Referer.
    func hasHeaders(_ event: borrowing DecodedEvent) -> Bool {
        completesJSON && headerMark.range(in: event) != nil
    }

    /// Whether what an event means hangs on events before it.
    func dependsOnEarlier(_ event: borrowing DecodedEvent) -> Bool {
        layoutDecoder >= 0 && event.decoder == layoutDecoder
    }

    /// Completes an event of the category `web-log`.
    mutating func complete(_ event: inout DecodedEvent) {
        if dependsOnEarlier(event) { layouts.complete(&event) }
        if completesJSON {
            if event[.url] == nil { completeJSON(&event) }
            nameHeaders(&event)
        }
        if settings.trustsProxies { followProxies(&event) }
    }

    var w3cLayouts: [(location: [UInt8], line: [UInt8])] { layouts.all }

    mutating func restore(layout line: [UInt8], at location: [UInt8]) {
        layouts.keep(line, at: location)
    }

    /// Makes User-Agent and Referer known by the names that rules have for them; what the
    /// log does not have is empty.
    private func nameHeaders(_ event: inout DecodedEvent) {
        if let name = agentName, event[name] == nil {
            event.setHidden(name, value: userAgent.range(in: event) ?? 0..<0)
        }
        if let name = referrerName, event[name] == nil {
            event.setHidden(name, value: referrer.range(in: event) ?? 0..<0)
        }
    }

    // MARK: JSON

    private func completeJSON(_ event: inout DecodedEvent) {
        let target = url.range(in: event)
        let whole = line.range(in: event)
        if let target {
            event[.url] = target
        } else if let whole, let parts = Self.split(whole, of: event) {
            event[.protocol] = parts.method
            event[.url] = parts.target
        }
        // Some call HTTP's version the protocol.
        if let range = method.range(in: event) { event[.protocol] = range }
        if event[.srcip] == nil { event[.srcip] = client(of: event) }
        let answer = status.range(in: event) ?? event[.status]
        if event[.id] == nil { event[.id] = answer }
    }

    /// The client's address, without its port.
    private func client(of event: borrowing DecodedEvent) -> Range<Int>? {
        guard let range = source.range(in: event) else { return nil }
        return ForwardedAddress.address(in: event.arena.span, range) ?? range
    }

    /// Method and target of `GET /path HTTP/1.1`.
    private static func split(
        _ range: Range<Int>,
        of event: borrowing DecodedEvent
    ) -> (method: Range<Int>, target: Range<Int>)? {
        let text = event.arena.span
        var start = range.lowerBound
        while start < range.upperBound, text[start] != 0x20 { start += 1 }
        guard start + 1 < range.upperBound else { return nil }
        var end = range.upperBound
        var at = end
        while at > start + 1, text[at - 1] != 0x20 { at -= 1 }
        if at > start + 1, at < end, text[at] == UInt8(ascii: "H") { end = at - 1 }
        return (range.lowerBound..<start, (start + 1)..<end)
    }

    // MARK: Proxies

    private func followProxies(_ event: inout DecodedEvent) {
        guard let direct = event[.srcip], let chain = forwarded.range(in: event),
            settings.trustedProxies.contains(event.arena.span.extracting(direct)),
            let source = ForwardedAddress.source(
                in: event.arena.span,
                chain,
                trusted: settings.trustedProxies
            ),
            source != direct
        else { return }
        event[.srcip] = source
        let name = Array("http.peer".utf8)
        let written = event.store(name.span)
        event.append(peer, writtenName: .text(written), value: direct)
    }
}

extension Ruleset {
    /// Whether something in it looks at what an access line carries.
    var asksForAttacks: Bool {
        let name = Array("attack.class".utf8)
        return fieldNames.find(name.span) != nil
    }

    /// With the names that servers use, if it looks at access lines.
    func namingWebFields() -> Ruleset {
        asksForAttacks ? naming(WebLogNames.all) : self
    }
}
