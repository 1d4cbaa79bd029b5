// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The sources that are watched, found by agent and address.
///
/// Bounded by number and by age. They are kept in the order of their last evidence, so
/// that the one that is quiet longest is known without looking at the others.
struct CampaignTable: Sendable {
    /// What a request led to, or time did.
    struct Notice: Sendable {
        let campaign: Campaign
        let isOpening: Bool
    }

    let limits: CampaignLimits
    let seed: UInt64
    private var places: [UInt64: Int] = [:]
    private var campaigns: [Campaign?] = []
    /// Neighbours in the order of the last evidence; -1 at the ends.
    private var older: [Int] = []
    private var newer: [Int] = []
    private var free: [Int] = []
    private var oldest = -1
    private var newest = -1
    /// The latest arrival seen.
    private var now = Int64.min
    /// Arrival from which on ``closeQuiet(at:)`` has something to do.
    private(set) var deadline = Int64.max

    private(set) var counters = Counters()

    struct Counters: Sendable, Hashable {
        var opened = 0
        var closed = 0
        /// Sources that had to go for newer ones.
        var forgotten = 0
    }

    init(limits: CampaignLimits = CampaignLimits(), seed: UInt64 = .random(in: .min ... .max)) {
        self.limits = limits
        self.seed = seed
    }

    /// By what a source is found: hash of its agent, and address.
    func hash(agent: UInt64, _ address: Span<UInt8>) -> UInt64 {
        var hash = ByteHash(seed: seed)
        hash.combine(Int(truncatingIfNeeded: agent))
        hash.combine(address)
        return hash.value
    }

    /// Sources watched now.
    var count: Int { places.count }

    /// All watched, the longest quiet first.
    var inOrder: [Campaign] {
        var all: [Campaign] = []
        var place = oldest
        while place >= 0 {
            if let campaign = campaigns[place] { all.append(campaign) }
            place = newer[place]
        }
        return all
    }

    // MARK: Requests

    /// Takes a request; the campaign that it opens, if it opens one.
    mutating func take(
        _ observation: WebObservation,
        from source: EventSource,
        container: [UInt8],
        arrival: Int64
    ) -> [Notice] {
        now = max(now, arrival)
        if observation.evidence == nil, places.isEmpty { return [] }
        guard let evidence = observation.evidence else {
            guard let place = places[observation.source] else { return [] }
            campaigns[place]?.count(observation, container: container)
            return []
        }
        var notices: [Notice] = []
        let place = place(for: observation, source, arrival, &notices)
        campaigns[place]?.count(observation, container: container)
        campaigns[place]?.lastArrival = arrival
        let overflow = campaigns[place]?.take(
            evidence,
            at: observation.time,
            container: container,
            limits
        )
        if let overflow, campaigns[place]?.trigger == nil {
            campaigns[place]?.trigger = overflow
            counters.opened += 1
            if let campaign = campaigns[place] {
                notices.append(Notice(campaign: campaign, isOpening: true))
            }
        }
        return notices
    }

    private mutating func place(
        for observation: WebObservation,
        _ source: EventSource,
        _ arrival: Int64,
        _ notices: inout [Notice]
    ) -> Int {
        if let place = places[observation.source] {
            unlink(place)
            link(place)
            renewDeadline()
            return place
        }
        if places.count >= limits.sourceCount {
            counters.forgotten += 1
            removeOldest(&notices)
        }
        return add(
            Campaign(
                observation,
                agent: source.agent,
                location: source.location,
                arrival: arrival
            )
        )
    }

    /// Adds a campaign as the one seen last.
    @discardableResult
    private mutating func add(_ campaign: Campaign) -> Int {
        let place: Int
        if let reused = free.popLast() {
            place = reused
            campaigns[place] = campaign
        } else {
            place = campaigns.count
            campaigns.append(campaign)
            older.append(-1)
            newer.append(-1)
        }
        places[campaign.source] = place
        link(place)
        renewDeadline()
        return place
    }

    /// Goes on with a campaign of another table, which comes behind those there are.
    mutating func restore(_ campaign: Campaign) {
        guard places[campaign.source] == nil, places.count < limits.sourceCount else { return }
        add(campaign)
        now = max(now, campaign.lastArrival)
    }

    // MARK: Time

    /// Forgets who has been quiet for long; the campaigns that end so.
    ///
    /// When time goes back by more than that, as between files of old logs, all end.
    mutating func closeQuiet(at arrival: Int64) -> [Notice] {
        var notices: [Notice] = []
        let isOtherTime = now != .min && arrival < now &- limits.quietSeconds
        while let last = oldest >= 0 ? campaigns[oldest]?.lastArrival : nil,
            isOtherTime || arrival >= last &+ limits.quietSeconds
        {
            removeOldest(&notices)
        }
        now = isOtherTime ? arrival : max(now, arrival)
        return notices
    }

    /// Whether ``closeQuiet(at:)`` has something to do.
    @inline(__always)
    func isDue(at arrival: Int64) -> Bool {
        oldest >= 0 && (arrival >= deadline || arrival < now &- limits.quietSeconds)
    }

    /// Ends all campaigns, as at the end of old logs.
    mutating func closeAll() -> [Notice] {
        var notices: [Notice] = []
        while oldest >= 0 { removeOldest(&notices) }
        return notices
    }

    // MARK: Order

    private mutating func removeOldest(_ notices: inout [Notice]) {
        let place = oldest
        guard place >= 0, let campaign = campaigns[place] else { return }
        unlink(place)
        campaigns[place] = nil
        places[campaign.source] = nil
        free.append(place)
        renewDeadline()
        guard campaign.trigger != nil else { return }
        counters.closed += 1
        notices.append(Notice(campaign: campaign, isOpening: false))
    }

    private mutating func link(_ place: Int) {
        older[place] = newest
        newer[place] = -1
        if newest >= 0 { newer[newest] = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (before, after) = (older[place], newer[place])
        if before >= 0 { newer[before] = after } else { oldest = after }
        if after >= 0 { older[after] = before } else { newest = before }
    }

    private mutating func renewDeadline() {
        let last = oldest >= 0 ? campaigns[oldest]?.lastArrival : nil
        deadline = last.map { $0 &+ limits.quietSeconds } ?? .max
    }
}
