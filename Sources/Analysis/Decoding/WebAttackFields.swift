// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import WebAttacks

/// Gives access lines the fields of the attack that their request carries:
/// `attack.class`, `.score`, `.parameter`, `.evidence`, `.decoded`, `.why`.
///
/// Only for a ruleset that asks, by naming `attack.class`: another one sees its events
/// as they were decoded.
struct WebAttackFields: Sendable {
    /// A decoded value is cut at so many bytes.
    private static let valueLimit = 512

    private var detector = WebAttackDetector()
    private let names: [(name: FieldName?, written: [UInt8])]
    private let userAgent: FieldName?
    private let referrer: FieldName?

    /// Nil when nothing in the ruleset asks for attacks.
    init?(_ names: FieldNameIndex) {
        func name(_ text: String) -> FieldName? {
            let bytes = [UInt8](text.utf8)
            return names.name(bytes.span)
        }
        guard name("attack.class") != nil else { return nil }
        let written = ["class", "score", "parameter", "evidence", "decoded", "why"]
        self.names = written.map { (name("attack.\($0)"), [UInt8]("attack.\($0)".utf8)) }
        userAgent = name("http.user_agent")
        referrer = name("http.referrer")
    }

    /// Sets the fields, if the event is an access line and holds an attack.
    mutating func complete(_ event: inout DecodedEvent) {
        guard event.category == .webLog, let url = event[.url] else { return }
        if let attack = attack(in: event, url) { append(attack, to: &event) }
    }

    /// The strongest attack that a request carries.
    private mutating func attack(in event: borrowing DecodedEvent, _ url: Range<Int>) -> WebAttack?
    {
        var agent = 0..<0
        var source = 0..<0
        if let name = userAgent, let range = event[name] { agent = range }
        if let name = referrer, let range = event[name] { source = range }
        return detector.inspect(
            target: event.arena.span.extracting(url),
            userAgent: event.arena.span.extracting(agent),
            referrer: event.arena.span.extracting(source)
        ).first
    }

    /// The beginning of a value as UTF-8, for decoding can leave any bytes.
    private static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        [UInt8](String(decoding: bytes.prefix(valueLimit), as: UTF8.self).utf8)
    }

    private func append(_ attack: WebAttack, to event: inout DecodedEvent) {
        let values = [
            [UInt8](attack.kind.rawValue.utf8),
            [UInt8](String(attack.score).utf8),
            Self.text(attack.place.name[...]),
            Self.text(attack.decoded[attack.evidence]),
            Self.text(attack.decoded[...]),
            [UInt8](attack.reason.utf8),
        ]
        for (index, value) in values.enumerated() {
            let (name, text) = names[index]
            let written = event.store(text.span)
            let range = event.store(value.span)
            event.append(name, writtenName: .text(written), value: range)
        }
    }
}
