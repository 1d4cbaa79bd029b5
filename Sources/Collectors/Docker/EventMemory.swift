// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Which events were seen lately, since an engine repeats some when it is
/// asked for those since a moment.
///
/// Events of several containers can come slightly out of the order of their
/// times, so it is not enough to compare times.
struct EventMemory: Sendable {
    /// More than the 256 events that an engine remembers.
    private static let limit = 512
    /// Of those, so many are remembered over a restart of Jaga.
    private static let savedLimit = 16

    /// Time of the latest event; what to ask for after an interruption.
    private(set) var latest: Int64
    private var recent: [UInt64]
    private var known: Set<UInt64>

    /// Begins at a moment, as if nothing was seen before.
    init(since nanoseconds: Int64) {
        latest = nanoseconds
        recent = []
        known = []
    }

    init(_ position: StreamPosition) {
        latest = position.nanoseconds
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

    /// Takes note of an event; false when it was seen before.
    mutating func isNew(_ event: DockerEvent) -> Bool {
        let mark = Self.fingerprint(event)
        guard known.insert(mark).inserted else { return false }
        recent.append(mark)
        if recent.count > 2 * Self.limit {
            recent.removeFirst(Self.limit)
            known = Set(recent)
        }
        latest = max(latest, event.time.nanoseconds)
        return true
    }

    /// Of time, type, action and actor: what makes an event that event.
    private static func fingerprint(_ event: DockerEvent) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.add("\(event.time.nanoseconds)\0\(event.type)\0\(event.action)\0".utf8)
        fingerprint.add(event.actorID.utf8)
        return fingerprint.value
    }
}
