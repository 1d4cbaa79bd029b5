// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What responses know: what stands, what was begun lately, whose turn it is
/// to be undone.
///
/// A value without clock or I/O: times are nanoseconds since the epoch, and
/// come from the caller, who does what is decided and tells how it ended.
package struct ResponseState: Sendable {
    /// Replaced when they were read again; what stands goes on standing.
    package var settings: ResponseSettings
    /// By id; also those whose undo is under way.
    private(set) var standing: [UInt64: StandingAct] = [:]
    private var byKey: [PlannedAct.Key: UInt64] = [:]
    /// Acts that are only said, until when they count as standing.
    private var said: [PlannedAct.Key: Int64] = [:]
    private var offences: [PlannedAct.Key: Int] = [:]
    private var ending: Set<UInt64> = []
    private var retries: [UInt64: (count: Int, at: Int64)] = [:]
    private var windows: [String: RateWindow] = [:]
    private var breakers: [String: Breaker] = [:]
    private var nextID: UInt64
    /// Alerts that led to nothing since their act stands already.
    package private(set) var repeated = 0

    /// More than these stand nowhere, and are not remembered.
    static let limit = 10_000
    /// This host's own number.
    static let here = "000"
    /// Of ``breakers``: the one for all responses.
    static let all = ""

    /// Goes on with what an earlier run left standing.
    package init(_ settings: ResponseSettings, standing: [StandingAct], nextID: UInt64) {
        self.settings = settings
        self.nextID = nextID
        for act in standing { insert(act) }
    }

    package var standingActs: [StandingAct] { standing.values.sorted { $0.act.id < $1.act.id } }

    package func act(_ id: UInt64) -> StandingAct? { standing[id] }

    // MARK: What an alert leads to

    /// What to do about an alert, in order.
    ///
    /// `agents` are those that are connected.
    package mutating func received(
        _ alert: ResponseAlert,
        agents: [String] = [],
        at now: Int64
    ) -> [ResponseDecision] {
        var decisions = closeBreakers(at: now)
        guard settings.isEnabled else { return decisions }
        for response in settings.inOrder where response.concerns(alert) {
            for agent in Self.agents(for: response, alert, agents) {
                decisions += answer(alert, with: response, on: agent, at: now)
            }
        }
        return decisions
    }

    /// What a manager elsewhere has decided, to be done here: limits, breakers and
    /// protections are this host's own.
    package mutating func ordered(
        _ response: Response,
        for alert: ResponseAlert,
        at now: Int64
    ) -> [ResponseDecision] {
        let decisions = closeBreakers(at: now)
        guard settings.isEnabled else { return decisions }
        return decisions + answer(alert, with: response, on: Self.here, at: now)
    }

    private mutating func answer(
        _ alert: ResponseAlert,
        with response: Response,
        on agent: String,
        at now: Int64
    ) -> [ResponseDecision] {
        switch plan(response, alert, on: agent, at: now) {
        case .success(let act): decide(act, response, at: now)
        case .failure(let refusal): refuse(refusal, at: now)
        }
    }

    /// A person's act: no limit and no breaker holds it up, protections do.
    package mutating func asked(_ act: PlannedAct, at now: Int64) -> [ResponseDecision] {
        guard byKey[act.key] == nil else {
            return [.refused(act, "it stands already")]
        }
        if let objection = objection(to: act) { return [.refused(act, objection)] }
        return begin(act)
    }

    private mutating func decide(
        _ act: PlannedAct,
        _ response: Response,
        at now: Int64
    ) -> [ResponseDecision] {
        if let id = byKey[act.key] { return renew(id, by: act, at: now) }
        if let end = said[act.key], now < end {
            repeated += 1
            return []
        }
        if let objection = objection(to: act) { return refuse(Refusal(act, objection), at: now) }
        if let stop = limited(response, at: now) { return stop }
        guard act.mode == .enforce else {
            remember(act, at: now)
            return [.say(act)]
        }
        guard standing.count < Self.limit else {
            return refuse(Refusal(act, "\(Self.limit) acts stand already"), at: now)
        }
        return begin(lengthened(act, at: now))
    }

    private mutating func begin(_ act: PlannedAct) -> [ResponseDecision] {
        var act = act
        guard act.mode == .enforce else { return [.say(act)] }
        act.id = nextID
        nextID += 1
        insert(StandingAct(act: act, memory: ActMemory(), isConfirmed: false))
        return [.perform(act)]
    }

    /// The same again while it stands: it stands longer, and nothing is done twice.
    private mutating func renew(
        _ id: UInt64,
        by act: PlannedAct,
        at now: Int64
    ) -> [ResponseDecision] {
        repeated += 1
        guard var known = standing[id], !ending.contains(id), known.isConfirmed,
            let end = known.act.expiresAt, let next = act.expiresAt
        else { return [] }
        // A storm must not write the journal a thousand times a second.
        let step = max(1_000_000_000, (next - now) / 10)
        guard next - end >= step else { return [] }
        known.act.expiresAt = next
        standing[id] = known
        return [.renew(known)]
    }

    /// Longer, the more often it was done before.
    private mutating func lengthened(_ act: PlannedAct, at now: Int64) -> PlannedAct {
        var act = act
        guard act.expiresAt != nil, !settings.repeatedOffenders.isEmpty else { return act }
        let count = offences[act.key] ?? 0
        if count > 0 {
            let step = min(count, settings.repeatedOffenders.count) - 1
            act.expiresAt = now &+ Int64(settings.repeatedOffenders[step]) * 60_000_000_000
        }
        if offences.count < Self.limit || count > 0 { offences[act.key] = count + 1 }
        return act
    }

    private mutating func remember(_ act: PlannedAct, at now: Int64) {
        said = said.filter { $0.value > now }
        guard said.count < Self.limit else { return }
        said[act.key] = act.expiresAt ?? now &+ 600_000_000_000
    }

    private mutating func refuse(_ refusal: Refusal, at now: Int64) -> [ResponseDecision] {
        if let end = said[refusal.act.key], now < end {
            repeated += 1
            return []
        }
        remember(refusal.act, at: now)
        return [.refused(refusal.act, refusal.reason)]
    }

    private func objection(to act: PlannedAct) -> String? {
        if act.agent == Self.here, let text = settings.protections.objection(toKind: act.kind) {
            return text
        }
        return switch act.target {
        case .container(let container):
            settings.protections.objection(
                to: ContainerFacts(
                    id: container.id,
                    name: container.name,
                    image: container.image,
                    labels: [:]
                )
            )
        case .address(let text): settings.protections.objection(toAddress: text)
        case .account(let text): settings.protections.objection(toAccount: text)
        case .script: nil
        }
    }

    // MARK: Storms

    /// What is said instead of the act when a limit holds it up; nil when none does.
    private mutating func limited(_ response: Response, at now: Int64) -> [ResponseDecision]? {
        for name in [Self.all, response.name] where breakers[name]?.isOpen == true {
            breakers[name]?.suppress()
            return []
        }
        let limits = settings.limits
        for (name, limit) in [(response.name, limits.perResponse), (Self.all, limits.inAll)] {
            guard !windows[name, default: RateWindow()].take(at: now, limit: limit) else {
                continue
            }
            let seconds = Int64(limits.breakSeconds)
            breakers[name, default: Breaker()].open(until: now &+ seconds * 1_000_000_000)
            return [.breakerOpened(response: name, limit: limit, seconds: limits.breakSeconds)]
        }
        return nil
    }

    /// Breakers whose time is over.
    package mutating func closeBreakers(at now: Int64) -> [ResponseDecision] {
        breakers.keys.sorted().compactMap { name in
            breakers[name]?.close(at: now).map { .breakerClosed(response: name, suppressed: $0) }
        }
    }

    // MARK: How it went on

    /// The act was done; `memory` is what its undo needs.
    package mutating func confirmed(_ id: UInt64, _ memory: ActMemory) {
        standing[id]?.memory = memory
        standing[id]?.isConfirmed = true
    }

    /// It is about to be done; `memory` is what its undo needs.
    package mutating func began(_ id: UInt64, _ memory: ActMemory) {
        standing[id]?.memory = memory
    }

    /// It does not stand any more, or never did.
    package mutating func ended(_ id: UInt64) {
        if let act = standing.removeValue(forKey: id)?.act, byKey[act.key] == id {
            byKey[act.key] = nil
        }
        ending.remove(id)
        retries[id] = nil
    }

    /// Its undo failed; it is due again after a pause that doubles up to five minutes.
    package mutating func undoFailed(_ id: UInt64, at now: Int64) -> Int {
        ending.remove(id)
        let count = (retries[id]?.count ?? 0) + 1
        let seconds = Int64(min(300, 5 << min(count - 1, 6)))
        retries[id] = (count, now &+ seconds * 1_000_000_000)
        return count
    }

    /// Takes what is to be undone now.
    package mutating func takeDue(at now: Int64) -> [StandingAct] {
        let due = standing.values.filter { act in
            let id = act.act.id
            guard !ending.contains(id), let end = act.act.expiresAt else { return false }
            return now >= max(end, retries[id]?.at ?? end)
        }
        ending.formUnion(due.map(\.act.id))
        return due.sorted { $0.act.id < $1.act.id }
    }

    /// Takes one to be undone whatever its time; nil when it does not stand.
    package mutating func take(_ id: UInt64, by who: String) -> StandingAct? {
        guard let act = standing[id], ending.insert(id).inserted else { return nil }
        standing[id]?.undoneBy = who
        // Tried again until it succeeds, should it fail now.
        standing[id]?.act.expiresAt = act.act.begunAt
        return standing[id]
    }

    /// An undo that could not be begun is due again.
    package mutating func release(_ id: UInt64) { ending.remove(id) }

    /// Whether a script may act on keys: false when they stand by another act, which
    /// then stands longer.
    package mutating func claim(
        _ keys: [String],
        for id: UInt64
    ) -> (mayAct: Bool, other: StandingAct?) {
        guard let script = standing[id]?.act.script else { return (false, nil) }
        let other = standing.values.first { act in
            act.act.id != id && act.act.script?.executable == script.executable
                && act.memory.keys == keys
        }
        guard let other else {
            standing[id]?.memory.keys = keys
            return (true, nil)
        }
        if let end = standing[id]?.act.expiresAt, end > other.act.expiresAt ?? .max {
            standing[other.act.id]?.act.expiresAt = end
        }
        return (false, standing[other.act.id])
    }

    private mutating func insert(_ act: StandingAct) {
        standing[act.act.id] = act
        byKey[act.act.key] = act.act.id
        nextID = max(nextID, act.act.id &+ 1)
    }
}
