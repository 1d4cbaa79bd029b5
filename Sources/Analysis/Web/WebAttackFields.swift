// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import WebAttacks

/// Finds the attacks that access lines carry, and gives them the fields of the strongest:
/// `attack.class`, `.score`, `.parameter`, `.evidence`, `.decoded`, `.why`.
///
/// Fields only for a ruleset that asks, by naming `attack.class`: another one sees its
/// events as they were decoded.
struct WebAttackFields: Sendable {
    /// A decoded value is cut at so many bytes.
    private static let valueLimit = 512

    private var detector = WebAttackDetector()
    private let names: [(name: FieldName?, written: [UInt8])]
    private let allowedName: FieldName?
    private let setsFields: Bool
    private var bodies = WebBodies()

    /// What a request carries: all its attacks, the strongest first.
    private(set) var found: [WebAttack] = []

    init(_ names: FieldNameIndex) {
        func name(_ text: String) -> FieldName? {
            let bytes = [UInt8](text.utf8)
            return names.name(bytes.span)
        }
        let written = ["class", "score", "parameter", "evidence", "decoded", "why"]
        self.names = written.map { (name("attack.\($0)"), [UInt8]("attack.\($0)".utf8)) }
        allowedName = name("attack.allowed")
        setsFields = name("attack.class") != nil
    }

    /// Sets the fields, if the event is an access line and holds an attack that nobody
    /// allows.
    mutating func complete(
        _ event: inout DecodedEvent,
        _ fields: WebLogFields,
        _ allowances: inout WebAllowances
    ) {
        found.removeAll(keepingCapacity: true)
        guard let url = event[.url] else { return }
        find(in: event, url, fields)
        guard !found.isEmpty else { return }
        if !allowances.isEmpty { dropAllowed(&event, url, &allowances) }
        if setsFields, let attack = found.first { append(attack, to: &event) }
    }

    private mutating func find(
        in event: borrowing DecodedEvent,
        _ url: Range<Int>,
        _ fields: WebLogFields
    ) {
        let agent = fields.userAgent.range(in: event) ?? 0..<0
        let source = fields.referrer.range(in: event) ?? 0..<0
        found = detector.inspect(
            target: event.arena.span.extracting(url),
            userAgent: event.arena.span.extracting(agent),
            referrer: event.arena.span.extracting(source)
        )
        let further = bodies.attacks(in: event, fields, &detector)
        guard !further.isEmpty else { return }
        found = (found + further).sorted { Self.rank($0) > Self.rank($1) }
    }

    /// As the detector ranks: what a request tries says more than what sent it.
    private static func rank(_ attack: WebAttack) -> Int {
        attack.kind == .scanner || attack.kind == .probe ? attack.score - 100 : attack.score
    }

    private mutating func dropAllowed(
        _ event: inout DecodedEvent,
        _ url: Range<Int>,
        _ allowances: inout WebAllowances
    ) {
        let before = found.count
        var reason: String?
        found.removeAll { attack in
            guard let allowed = allowances.find(attack, in: event, url) else { return false }
            reason = reason ?? allowed
            return true
        }
        guard found.count < before, setsFields, let reason else { return }
        let name = Array("attack.allowed".utf8)
        let text = Array(reason.utf8)
        let written = event.store(name.span)
        let value = event.store(text.span)
        event.append(allowedName, writtenName: .text(written), value: value)
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
