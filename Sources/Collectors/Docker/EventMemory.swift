// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Which events were seen lately, since an engine repeats some when it is
/// asked for those since a moment.
///
/// Events of several containers can come slightly out of the order of their
/// times, so it is not enough to compare times: a little more is asked for
/// than is missing, and what was seen is left out.
struct EventMemory: Sendable {
    /// An engine remembers 256 events, so it repeats no more.
    private static let limit = 512
    /// Of those, so many are remembered over a restart of Jaga.
    private static let savedLimit = 256
    /// How much earlier than the latest event it is asked for.
    static let overlap: Int64 = 1_000_000_000

    /// Time of the latest event.
    private(set) var latest: Int64
    /// Nothing before it is asked for.
    private let beginning: Int64
    private var recent: [UInt64]
    private var known: Set<UInt64>
    /// So many of ``recent`` are of earlier connections.
    private var earlier = 0

    /// Begins at a moment, as if nothing was seen before.
    init(since nanoseconds: Int64) {
        latest = nanoseconds
        beginning = nanoseconds
        recent = []
        known = []
    }

    init(_ position: StreamPosition) {
        latest = position.nanoseconds
        beginning = position.fingerprints.isEmpty ? position.nanoseconds : .min
        recent = position.fingerprints
        known = Set(recent)
    }

    /// What to remember over a restart.
    var position: StreamPosition {
        StreamPosition(
            nanoseconds: latest,
            fingerprints: Array(recent.suffix(Self.savedLimit))
        )
    }

    /// From when on to ask after an interruption, the moment included.
    var resumeTime: EngineTime {
        guard !recent.isEmpty else { return EngineTime(nanoseconds: latest) }
        let early = EngineTime(nanoseconds: latest).advanced(by: -Self.overlap)
        return EngineTime(nanoseconds: max(early.nanoseconds, beginning))
    }

    /// Whether no event was seen before this connection, since it began or the
    /// last gap.
    var wasBlank: Bool { earlier == 0 }

    /// A connection begins; what was seen up to now is what the engine must
    /// still know of if nothing was missed.
    mutating func beginConnection() {
        earlier = recent.count
    }

    /// Whether one of these was seen before this connection.
    func knew(oneOf events: [DockerEvent]) -> Bool {
        let marks = Set(recent.prefix(earlier))
        return events.contains { marks.contains(Self.fingerprint($0)) }
    }

    /// Something was missed, and that is said: what was seen before this
    /// connection proves nothing any more.
    mutating func forgetEarlier() {
        recent.removeFirst(min(earlier, recent.count))
        known = Set(recent)
        earlier = 0
    }

    /// Takes note of an event; false when it was seen before.
    mutating func isNew(_ event: DockerEvent) -> Bool {
        let mark = Self.fingerprint(event)
        guard known.insert(mark).inserted else { return false }
        recent.append(mark)
        if recent.count > 2 * Self.limit {
            recent.removeFirst(Self.limit)
            earlier = max(0, earlier - Self.limit)
            known = Set(recent)
        }
        latest = max(latest, event.time.nanoseconds)
        return true
    }

    /// Of what makes an event that event: time, type, action, actor and
    /// attributes.
    private static func fingerprint(_ event: DockerEvent) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.add("\(event.time.nanoseconds)\0\(event.type)\0\(event.action)\0".utf8)
        fingerprint.add(event.actorID.utf8)
        for (name, value) in event.attributes.sorted(by: { $0.key < $1.key }) {
            fingerprint.add("\0\(name)\0\(value)".utf8)
        }
        return fingerprint.value
    }
}
