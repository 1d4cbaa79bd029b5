// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What is in a spool, and what of it is done with.
struct SpoolState: Sendable {
    struct Segment: Sendable {
        let name: SegmentName
        /// The first sequence after its last record.
        var end: UInt64
        /// Whole records, and what could not be read between them.
        var bytes: Int
    }

    /// Oldest first; the last may be the one that is written.
    var segments: [Segment] = []
    /// The first sequence that was not given yet.
    var next: UInt64 = 1
    /// Everything before is done.
    var acknowledged: UInt64 = 1
    /// From here on records are kept though they may be done.
    var kept: UInt64 = 1
    /// From here on too, as long as there is room, for who reports them elsewhere.
    var held = UInt64.max
    var figures = SpoolFigures()
    var damages: Set<SpoolPlace> = []
    var marks = AgeMarks()

    var bytes: Int { segments.reduce(0) { $0 + $1.bytes } }

    /// Notes what was written; `bytes` are those of the segment by now.
    mutating func appended(
        to name: SegmentName,
        bytes: Int,
        items: [SpoolItem],
        atSeconds now: Double
    ) {
        let span = items.reduce(0) { $0 + $1.span }
        let events = items.reduce(0) { $0 + $1.batch.entries.count }
        marks.add(next, seconds: now)
        next += span
        if segments.last?.name != name {
            segments.append(Segment(name: name, end: next, bytes: 0))
        }
        segments[segments.count - 1].end = next
        segments[segments.count - 1].bytes = bytes
        figures.receivedEvents += events
        figures.waitingEvents += events
        figures.records += items.count
        if figures.waitingEvents == 0 { acknowledged = next }
    }

    /// Notes that everything before a sequence is done, of which so many were
    /// events.
    mutating func acknowledge(before sequence: UInt64, events: Int) {
        guard sequence > acknowledged else { return }
        figures.waitingEvents = max(0, figures.waitingEvents - events)
        figures.storedEvents += events
        // Records without events are done with those before them.
        acknowledged = figures.waitingEvents == 0 ? next : min(sequence, next)
        marks.remove(before: acknowledged)
    }

    /// The figures at a moment.
    func figures(atSeconds now: Double) -> SpoolFigures {
        var figures = figures
        figures.bytes = bytes
        figures.segments = segments.count
        figures.damages = damages.count
        figures.nextSequence = next
        if figures.waitingEvents > 0 { figures.oldestSeconds = marks.age(atSeconds: now) }
        return figures
    }
}

/// When what was written, roughly: a mark a second, fewer when there are many.
struct AgeMarks: Sendable {
    private static let limit = 1024
    private var marks: [(sequence: UInt64, seconds: Double)] = []
    private var spacing = 1.0

    mutating func add(_ sequence: UInt64, seconds: Double) {
        if let last = marks.last, seconds < last.seconds + spacing { return }
        marks.append((sequence, seconds))
        guard marks.count > Self.limit else { return }
        marks = marks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        spacing *= 2
    }

    /// Forgets marks but the last at or before a sequence.
    mutating func remove(before sequence: UInt64) {
        while marks.count > 1, marks[1].sequence <= sequence { marks.removeFirst() }
        if marks.count == 1 { spacing = 1 }
    }

    func age(atSeconds now: Double) -> Double { marks.first.map { max(0, now - $0.seconds) } ?? 0 }
}
