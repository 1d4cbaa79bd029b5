// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// The earlier events that frequency tests can still count.
///
/// Bounded by number and by bytes; the oldest go first. Of an event only what
/// tests and alerts ask for is kept: its text and the values in
/// ``CorrelationPlan/slots``.
///
/// Source: analysis-engine.md §5.8.
struct CorrelationMemory: Sendable {
    /// The texts of all stored events together, in bytes.
    private static let byteLimit = 64 << 20
    /// Of a longer text only the front is kept, as Wazuh keeps of any event.
    private static let textLimit = 65_535

    struct Stored: Sendable {
        var arrival: Int64 = 0
        /// Index into ``Ruleset/rules`` of the rule that it had.
        var rule = 0
        var agent = 0
        var category = EventCategory.syslog
        /// Level of the rule that counted this event last (§5.8).
        var claimedLevel = 0
        var hasFields = false
        /// Whether texts and values are kept; otherwise the event only takes a place.
        var isKept = false
        /// The event's text, then the values of its slots.
        var bytes: [UInt8] = []
        var textCount = 0
        var logStart = 0
        var logEnd = 0
    }

    let plan: CorrelationPlan
    /// How many events are kept.
    let limit: Int
    private let seed = UInt64.random(in: .min ... .max)

    private(set) var tracks: [CorrelationTrack]
    /// Event `n` lies at `n % limit`.
    private(set) var events: [Stored] = []
    /// Values of slots: event `n` has those from `(n % limit) * slots.count` on;
    /// -1 as start is an absent value.
    private(set) var values: [(start: Int, end: Int)] = []
    private(set) var nextSequence = 0
    private(set) var firstSequence = 0
    private var byteCount = 0

    /// Events that had to go because of their bytes.
    private(set) var evictedForBytes = 0
    /// Events that went because no test can count them any more.
    private(set) var evictedForAge = 0

    init(plan: CorrelationPlan, limit: Int) {
        self.plan = plan
        self.limit = max(limit, 1)
        tracks = Array(repeating: CorrelationTrack(), count: plan.tracks.count)
    }

    /// How many events are kept now.
    var count: Int { nextSequence - firstSequence }

    // MARK: Searching

    /// What a test found.
    struct Found {
        /// The counted events, newest first; at most ``PreviousEvents/limit``.
        var sequences: [Int] = []
    }

    /// Runs a test for an event that is not stored yet; nil when it fails.
    ///
    /// When it holds, the most recent counted event is claimed for the rule.
    mutating func search(
        _ index: Int,
        for event: inout DecodedEvent,
        agent: Int,
        now: Int64,
        meter: inout MatchMeter
    ) -> Found? {
        let test = plan.tests[index]
        let track = plan.tracks[test.track]
        guard let hash = hash(track, &event, agent),
            var position = tracks[test.track].start(hash)
        else { return nil }
        var found = Found()
        var count = 0
        var firstCounted: Int?
        while let (sequence, older) = tracks[test.track].event(at: position),
            sequence >= firstSequence
        {
            position = older
            let place = sequence % limit
            if now - events[place].arrival > test.timeframe { return nil }
            guard isCandidate(sequence, test, track, &event, agent),
                test.regex < 0 || logMatches(test.regex, place, &meter)
            else {
                if meter.hasCut { return nil }
                continue
            }
            if events[place].claimedLevel >= test.level { return nil }
            let isLast = count >= test.skippedCount
            if found.sequences.count < PreviousEvents.limit, !(isLast && test.regex >= 0) {
                found.sequences.append(sequence)
            }
            if isLast {
                if let firstCounted { events[firstCounted % limit].claimedLevel = test.level }
                return found
            }
            count += 1
            firstCounted = firstCounted ?? sequence
        }
        return nil
    }

    /// Whether a test counts a stored event, its text, time and claims apart.
    private func isCandidate(
        _ sequence: Int,
        _ test: CorrelationPlan.Test,
        _ track: CorrelationPlan.Track,
        _ event: inout DecodedEvent,
        _ agent: Int
    ) -> Bool {
        let place = sequence % limit
        if track.separatesAgents, events[place].agent != agent { return false }
        if track.separatesCategories, events[place].category != event.category { return false }
        for slot in track.same where !isEqual(slot, place, &event) { return false }
        for slot in test.different where isEqual(slot, place, &event) { return false }
        if !test.differentFields.isEmpty, !events[place].hasFields, event.fields.isEmpty {
            return false
        }
        for slot in test.differentFields where isEqual(slot, place, &event) { return false }
        return true
    }

    private func logMatches(_ regex: Int, _ place: Int, _ meter: inout MatchMeter) -> Bool {
        let log = events[place].logStart..<events[place].logEnd
        let bytes = events[place].bytes
        return plan.regexes[regex].matches(bytes.span.extracting(log), meter: &meter)
    }

    /// Whether a value is set in both events and equal.
    private func isEqual(_ slot: Int, _ place: Int, _ event: inout DecodedEvent) -> Bool {
        let stored = values[place * plan.slots.count + slot]
        guard stored.start >= 0, let range = event.range(of: plan.slots[slot]) else {
            return false
        }
        let bytes = events[place].bytes
        let kept = bytes.span
        return ByteCompare.areEqual(
            kept.extracting(stored.start..<stored.end),
            event.arena.span.extracting(range)
        )
    }

    /// The hash of what the events of a track share; nil when this event lacks a
    /// value.
    private func hash(
        _ track: CorrelationPlan.Track,
        _ event: inout DecodedEvent,
        _ agent: Int
    ) -> UInt64? {
        var hash = ByteHash(seed: seed)
        if track.separatesAgents { hash.combine(agent) }
        if track.separatesCategories { hash.combine(Int(event.category.rawValue)) }
        for slot in track.same {
            guard let range = event.range(of: plan.slots[slot]) else { return nil }
            hash.combine(event.arena.span.extracting(range))
        }
        return hash.value
    }

    /// Appends the text of a stored event.
    func appendText(of sequence: Int, to output: inout [UInt8]) {
        guard sequence >= firstSequence, sequence < nextSequence else { return }
        let stored = events[sequence % limit]
        let bytes = stored.bytes
        output.append(span: bytes.span.extracting(0..<stored.textCount))
    }

    // MARK: Storing

    /// How an event is to be stored.
    struct Remembrance {
        let rule: Int
        let agent: Int
        let arrival: Int64
        let claimedLevel: Int
        /// Lists that its rule feeds; -1 for no sid list.
        let sidList: Int
        let groupLists: Range<Int>
    }

    /// Stores an event after its rule was found.
    ///
    /// An event of a sid list enters no group list; a group list named twice
    /// takes the event twice.
    mutating func store(
        _ event: inout DecodedEvent,
        _ remembrance: Remembrance,
        groupLists: [Int]
    ) {
        let sequence = nextSequence
        nextSequence += 1
        makeRoom(at: remembrance.arrival)
        let isWanted =
            remembrance.sidList >= 0 || !remembrance.groupLists.isEmpty
            || !plan.recentTracks.isEmpty
        fill(sequence, &event, remembrance, keepsText: isWanted)
        guard isWanted else { return }
        for track in plan.recentTracks { add(sequence, to: track, &event, remembrance.agent) }
        if remembrance.sidList >= 0 {
            for track in plan.sidTracks[remembrance.sidList] {
                add(sequence, to: track, &event, remembrance.agent)
            }
            return
        }
        for index in remembrance.groupLists {
            for track in plan.groupTracks[groupLists[index]] {
                add(sequence, to: track, &event, remembrance.agent)
            }
        }
    }

    private mutating func add(
        _ sequence: Int,
        to track: Int,
        _ event: inout DecodedEvent,
        _ agent: Int
    ) {
        tracks[track].removeEvents(before: firstSequence)
        guard let hash = hash(plan.tracks[track], &event, agent) else { return }
        tracks[track].append(sequence, hash: hash)
    }

    /// Drops the oldest events: one when the memory is full, more while the texts
    /// are too long, and all that are older than any test looks back.
    private mutating func makeRoom(at now: Int64) {
        while firstSequence < nextSequence - 1 {
            if nextSequence - firstSequence <= limit {
                if byteCount > Self.byteLimit {
                    evictedForBytes += 1
                } else if now - events[firstSequence % limit].arrival > plan.longestTimeframe {
                    evictedForAge += 1
                } else {
                    return
                }
            }
            let place = firstSequence % limit
            byteCount -= events[place].bytes.count
            events[place].bytes.removeAll(keepingCapacity: events[place].bytes.capacity <= 4096)
            events[place].textCount = 0
            firstSequence += 1
        }
    }

    private mutating func fill(
        _ sequence: Int,
        _ event: inout DecodedEvent,
        _ remembrance: Remembrance,
        keepsText: Bool
    ) {
        let place = freePlace(of: sequence)
        events[place].arrival = remembrance.arrival
        events[place].rule = remembrance.rule
        events[place].agent = remembrance.agent
        events[place].category = event.category
        events[place].claimedLevel = remembrance.claimedLevel
        events[place].hasFields = !event.fields.isEmpty
        events[place].bytes.removeAll(keepingCapacity: true)
        events[place].textCount = 0
        events[place].isKept = keepsText
        guard keepsText else { return }
        let text = event.text.clamped(to: 0..<Self.textLimit)
        events[place].bytes.append(span: event.arena.span.extracting(text))
        events[place].textCount = text.count
        let log = event.log.clamped(to: text)
        events[place].logStart = log.lowerBound
        events[place].logEnd = log.upperBound
        for slot in plan.slots.indices { keep(slot, place, &event) }
        byteCount += events[place].bytes.count
    }

    private mutating func keep(_ slot: Int, _ place: Int, _ event: inout DecodedEvent) {
        var kept = (start: -1, end: -1)
        if let range = event.range(of: plan.slots[slot]) {
            kept.start = events[place].bytes.count
            events[place].bytes.append(span: event.arena.span.extracting(range))
            kept.end = events[place].bytes.count
        }
        values[place * plan.slots.count + slot] = kept
    }

    private mutating func freePlace(of sequence: Int) -> Int {
        let place = sequence % limit
        if place == events.count {
            events.append(Stored())
            for _ in plan.slots { values.append((-1, -1)) }
        }
        return place
    }

    // MARK: Restoring

    /// An event of an earlier memory: of another run, or of another ruleset.
    struct Restored {
        var event: Stored
        /// Where in the event's bytes the values of ``CorrelationPlan/slots`` lie;
        /// -1 as start is an absent value.
        let values: [(start: Int, end: Int)]
        let sidList: Int
        let groupLists: ArraySlice<Int>
    }

    /// Adds an event behind those there are.
    mutating func restore(_ restored: Restored) {
        let sequence = nextSequence
        nextSequence += 1
        makeRoom(at: restored.event.arrival)
        let place = freePlace(of: sequence)
        events[place] = restored.event
        byteCount += restored.event.bytes.count
        for (slot, value) in restored.values.enumerated() {
            values[place * plan.slots.count + slot] = value
        }
        guard restored.event.isKept else { return }
        for track in plan.tracks(sidList: restored.sidList, groupLists: restored.groupLists) {
            tracks[track].removeEvents(before: firstSequence)
            guard let hash = hash(plan.tracks[track], place) else { continue }
            tracks[track].append(sequence, hash: hash)
        }
    }

    /// As ``hash(_:_:_:)``, of a stored event.
    private func hash(_ track: CorrelationPlan.Track, _ place: Int) -> UInt64? {
        var hash = ByteHash(seed: seed)
        if track.separatesAgents { hash.combine(events[place].agent) }
        if track.separatesCategories { hash.combine(Int(events[place].category.rawValue)) }
        let bytes = events[place].bytes
        let span = bytes.span
        for slot in track.same {
            let value = values[place * plan.slots.count + slot]
            guard value.start >= 0 else { return nil }
            hash.combine(span.extracting(value.start..<value.end))
        }
        return hash.value
    }
}
