// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// What the frequency tests of a ruleset ask of earlier events, laid out for
/// running.
///
/// Each test reads one *track*: the earlier events of one of Wazuh's lists that
/// have equal values in the fields the test wants equal. Events of other values
/// would be skipped by the test; so the answer is the same, without looking at
/// them.
struct CorrelationPlan: Sendable {
    /// One rule's test.
    ///
    /// Slots are indices into ``slots``.
    struct Test: Sendable {
        let track: Int
        /// Earlier events to count before the one that fires: N − 2.
        let skippedCount: Int
        let timeframe: Int64
        let level: Int
        let different: [Int]
        let differentFields: [Int]
        /// Index into ``regexes``; -1 when the list is one of a rule or group.
        let regex: Int
    }

    /// A track's list and the values that its events share.
    struct Track: Sendable, Hashable {
        let list: List
        let separatesAgents: Bool
        let separatesCategories: Bool
        /// Slots with equal values, in ascending order.
        let same: [Int]
    }

    /// Wazuh's lists of earlier events (§5.8).
    enum List: Sendable, Hashable {
        case sid(Int)
        case group(Int)
        case recent
    }

    private(set) var tests: [Test] = []
    private(set) var tracks: [Track] = []
    /// Values that stored events must keep.
    private(set) var slots: [FieldReference] = []
    private(set) var regexes: [OSRegex] = []
    /// Tracks of each list, by the list's index.
    private(set) var sidTracks: [[Int]]
    private(set) var groupTracks: [[Int]]
    private(set) var recentTracks: [Int] = []
    /// Seconds that the most patient test looks back; 0 without tests.
    private(set) var longestTimeframe: Int64 = 0
    private var trackIndices: [Track: Int] = [:]

    init(sidListCount: Int, groupListCount: Int) {
        sidTracks = Array(repeating: [], count: sidListCount)
        groupTracks = Array(repeating: [], count: groupListCount)
    }

    /// Adds a rule's test and returns its index.
    mutating func add(_ correlation: Correlation, level: Int) -> Int {
        var regex = -1
        let list: List
        switch correlation.source {
        case .sid(let index): list = .sid(index)
        case .group(let index): list = .group(index)
        case .regex(let pattern):
            list = .recent
            regex = regexes.count
            regexes.append(pattern)
        }
        let same = slots(of: correlation.same, fields: correlation.sameFields)
        let track = Track(
            list: list,
            separatesAgents: !correlation.countsAllAgents,
            separatesCategories: regex >= 0,
            same: Array(Set(same)).sorted()
        )
        tests.append(
            Test(
                track: index(of: track),
                skippedCount: max(correlation.frequency - 2, 0),
                timeframe: Int64(correlation.timeframe),
                level: level,
                different: slots(of: correlation.different, fields: []),
                differentFields: slots(of: [], fields: correlation.differentFields),
                regex: regex
            )
        )
        longestTimeframe = max(longestTimeframe, Int64(correlation.timeframe))
        return tests.count - 1
    }

    /// The tracks that an event enters, by the lists that its rule feeds.
    ///
    /// An event of a sid list enters no group list; a group list named twice takes
    /// the event twice.
    func tracks(sidList: Int, groupLists: ArraySlice<Int>) -> [Int] {
        if sidList >= 0 { return recentTracks + sidTracks[sidList] }
        return recentTracks + groupLists.flatMap { groupTracks[$0] }
    }

    private mutating func slots(
        of subjects: [Correlation.Subject],
        fields: [FieldName]
    ) -> [Int] {
        let references: [FieldReference] = subjects.map { subject in
            switch subject {
            case .fixed(let field): .fixed(field)
            case .location: .location
            case .sourcePlace: .sourcePlace
            case .destinationPlace: .destinationPlace
            }
        }
        return (references + fields.map(FieldReference.dynamic)).map { slot(of: $0) }
    }

    private mutating func slot(of reference: FieldReference) -> Int {
        if let known = slots.firstIndex(of: reference) { return known }
        slots.append(reference)
        return slots.count - 1
    }

    private mutating func index(of track: Track) -> Int {
        if let known = trackIndices[track] { return known }
        let index = tracks.count
        tracks.append(track)
        trackIndices[track] = index
        switch track.list {
        case .sid(let list): sidTracks[list].append(index)
        case .group(let list): groupTracks[list].append(index)
        case .recent: recentTracks.append(index)
        }
        return index
    }
}
