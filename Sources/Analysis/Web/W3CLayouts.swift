// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Logs in the W3C's extended format, as IIS writes them: a line `#Fields:` says what
/// stands in the lines after it.
///
/// Source: W3C, "Extended Log File Format", WD-logfile-960323.
struct W3CLayouts: Sendable {
    static let decoderName = "w3c-accesslog"
    /// Logs whose layout is known; more are forgotten all at once.
    private static let capacity = 256
    private static let lineLimit = 1024
    private static let columnLimit = 64

    /// As IIS writes by default.
    private static let usual = Array(
        ("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
            + "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken").utf8
    )

    private let names: FieldNameIndex
    private var lines: [[UInt8]: [UInt8]] = [:]

    init(_ names: FieldNameIndex) {
        self.names = names
    }

    /// What is known of each log, by location.
    var all: [(location: [UInt8], line: [UInt8])] {
        lines.map { ($0.key, $0.value) }.sorted { left, right in
            left.location.lexicographicallyPrecedes(right.location)
        }
    }

    mutating func keep(_ line: [UInt8], at location: [UInt8]) {
        if lines.count >= Self.capacity, lines[location] == nil { lines.removeAll() }
        lines[location] = line
    }

    /// Remembers a layout, or takes a line apart by the one that its log has.
    mutating func complete(_ event: inout DecodedEvent) {
        let location = Array(event.arena[event.location])
        let log = event.log
        guard !log.isEmpty else { return }
        if event.arena[log.lowerBound] == UInt8(ascii: "#") {
            let names = Self.words(event.arena[log]).dropFirst()
            let line = Array(names.joined(separator: [0x20]).prefix(Self.lineLimit))
            if !line.isEmpty { keep(line, at: location) }
            return
        }
        let names = Self.words((lines[location] ?? Self.usual)[...])
        assign(names, &event)
    }

    private func assign(_ names: [ArraySlice<UInt8>], _ event: inout DecodedEvent) {
        let values = Self.words(event.arena[event.text])
        guard names.count == values.count else { return }
        var parts: [String: Range<Int>] = [:]
        for (name, value) in zip(names, values) where !value.elementsEqual("-".utf8) {
            parts[String(decoding: name, as: UTF8.self).lowercased()] = value.indices
        }
        event[.srcip] = parts["c-ip"]
        event[.protocol] = parts["cs-method"]
        event[.id] = parts["sc-status"]
        event[.url] = target(parts, &event)
        for (name, key) in Self.further {
            guard let range = parts[name] else { continue }
            append(key, range, &event)
        }
    }

    /// Blanks in these are written as `+`.
    private static let further: [(String, String)] = [
        ("cs(user-agent)", "http.user_agent"), ("cs(referer)", "http.referrer"),
        ("cs-username", "http.user"), ("cs-host", "http.host"), ("sc-bytes", "http.bytes"),
        ("x-forwarded-for", "http.forwarded_for"), ("cs(cookie)", "http.cookie"),
    ]

    private func append(_ key: String, _ range: Range<Int>, _ event: inout DecodedEvent) {
        let name = Array(key.utf8)
        var value = Array(event.arena[range])
        if key == "http.user_agent" {
            for at in value.indices where value[at] == UInt8(ascii: "+") { value[at] = 0x20 }
        }
        let written = event.store(name.span)
        let stored = event.store(value.span)
        let known = names.name(name.span)
        event.append(known, writtenName: .text(written), value: stored)
    }

    /// Stem and query as one.
    private func target(_ parts: [String: Range<Int>], _ event: inout DecodedEvent) -> Range<Int>? {
        guard let stem = parts["cs-uri-stem"] ?? parts["cs-uri"] else { return nil }
        guard let query = parts["cs-uri-query"] else { return stem }
        let whole = Array(event.arena[stem]) + [UInt8(ascii: "?")] + Array(event.arena[query])
        return event.store(whole.span)
    }

    private static func words(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        Array(text.split(separator: 0x20, omittingEmptySubsequences: true).prefix(columnLimit))
    }
}
