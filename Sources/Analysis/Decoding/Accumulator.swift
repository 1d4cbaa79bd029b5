// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Lets events of one session that share an id complete each other's fields.
///
/// Source: analysis-engine.md §4.8.
struct Accumulator: Sendable {
    static let fields: [StaticField] = [
        .dstuser, .srcuser, .dstip, .srcip, .dstport, .srcport, .data,
    ]
    private static let valueLimit = 80
    private static let keyLimit = 255
    static let seconds: Int64 = 120
    /// When there are more sessions, all that are too old are forgotten, or else
    /// all.
    private static let capacity = 8192

    struct Session: Sendable {
        var time: Int64
        /// In the order of ``Accumulator/fields``; empty when not seen.
        var values: [[UInt8]]
    }

    /// Name of each decoder that accumulates, by its index.
    private let names: [Int: [UInt8]]
    private(set) var sessions: [[UInt8]: Session] = [:]

    /// How many sessions are open.
    var count: Int { sessions.count }

    init(_ ruleset: Ruleset) {
        var names: [Int: [UInt8]] = [:]
        for (index, decoder) in ruleset.decoders.enumerated() where decoder.accumulates {
            names[index] = [UInt8](decoder.name.utf8)
        }
        self.names = names
    }

    /// Whether events of a decoder complete each other.
    func completes(_ decoder: Int?) -> Bool {
        decoder.map { names[$0] != nil } ?? false
    }

    /// Fills empty fields with what earlier events of the session had, and keeps
    /// what this one has.
    mutating func complete(_ event: inout DecodedEvent, at time: Int64) {
        guard let decoder = event.decoder, let name = names[decoder], let id = event[.id]
        else { return }
        let key = key(event, name, id)
        var session = sessions[key] ?? Session(time: time, values: [])
        if session.values.isEmpty || time - session.time > Self.seconds {
            session.values = Array(repeating: [], count: Self.fields.count)
        }
        session.time = time
        for (index, field) in Self.fields.enumerated() {
            if let range = event[field], !range.isEmpty {
                guard session.values[index].isEmpty else { continue }
                let kept = range.prefix(Self.valueLimit)
                session.values[index] = kept.map { event.arena[$0] }
            } else if !session.values[index].isEmpty {
                let value = session.values[index]
                event[field] = event.store(value.span)
            }
        }
        makeRoom(at: time)
        sessions[key] = session
    }

    /// Opens a session of an earlier run, unless there is one.
    mutating func restore(_ session: Session, key: [UInt8]) {
        guard sessions.count < Self.capacity, sessions[key] == nil else { return }
        sessions[key] = session
    }

    private func key(_ event: DecodedEvent, _ name: [UInt8], _ id: Range<Int>) -> [UInt8] {
        let arena = event.arena.span
        var key: [UInt8] = []
        key.append(span: arena.extracting(event.hostname))
        key.append(UInt8(ascii: " "))
        key += name
        key.append(UInt8(ascii: " "))
        key.append(span: arena.extracting(id))
        if key.count > Self.keyLimit { key.removeSubrange(Self.keyLimit...) }
        return key
    }

    private mutating func makeRoom(at time: Int64) {
        guard sessions.count >= Self.capacity else { return }
        sessions = sessions.filter { time - $0.value.time <= Self.seconds }
        if sessions.count >= Self.capacity { sessions.removeAll() }
    }
}
