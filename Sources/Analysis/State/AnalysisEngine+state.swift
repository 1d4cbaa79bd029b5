// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Ruleset

/// Memory that outlives an engine: over a restart as bytes, over a reload as it is.
extension AnalysisEngine {
    /// What an engine took over, and what it could not.
    package struct Restoration: Sendable, Hashable {
        /// Why nothing was taken over; nil when the snapshot could be read.
        package internal(set) var refusal: String?
        /// Events that frequency rules can count again.
        package internal(set) var events = 0
        /// Events whose rule is gone or says something else now.
        package internal(set) var eventsOfOtherRules = 0
        /// Events that no rule looks back to.
        package internal(set) var expiredEvents = 0
        /// Keys of `if_fts`.
        package internal(set) var keys = 0
        /// Last outputs of `check_diff`.
        package internal(set) var outputs = 0
        /// Sessions of `accumulate`.
        package internal(set) var sessions = 0
        /// Groups of Sigma's correlations.
        package internal(set) var sigmaGroups = 0
    }

    /// Everything the engine remembers, as bytes for ``restore(_:at:)``.
    ///
    /// - Complexity: O(size of the memory), at most some 130 MiB; usually below one.
    package func snapshot() -> [UInt8] { state().encoded() }

    /// Takes over what an engine remembered when it made a snapshot.
    ///
    /// Only what belongs to rules that are the same, by id and text, counts. Bytes
    /// that are no snapshot, are damaged or of another version change nothing, and the
    /// answer says so. Meant for an engine that has seen no event yet.
    @discardableResult
    package mutating func restore(_ snapshot: [UInt8], at now: Timestamp) -> Restoration {
        do throws(EngineState.Refusal) {
            return adopt(try EngineState(decoding: snapshot), at: now)
        } catch {
            var restoration = Restoration()
            switch error {
            case .notASnapshot: restoration.refusal = "the file is no snapshot of an engine"
            case .otherVersion: restoration.refusal = "the snapshot is of another version of Jaga"
            case .damaged: restoration.refusal = "the snapshot is damaged"
            }
            return restoration
        }
    }

    /// Takes over what another engine remembers, which had another ruleset or the
    /// same.
    ///
    /// See ``restore(_:at:)``; the offset of the next alert goes with it.
    @discardableResult
    package mutating func takeOver(from other: AnalysisEngine, at now: Timestamp) -> Restoration {
        alertOffset = other.alertOffset
        return adopt(other.state(), at: now)
    }

    // MARK: Writing

    private func state() -> EngineState {
        var state = EngineState()
        state.rules = ruleset.rules.indices.map { index in
            EngineState.RuleState(
                id: ruleset.rules[index].id,
                fingerprint: ruleset.rules[index].fingerprint,
                firedCount: matcher.firedCounts[index],
                silentSince: firings.stamps[index]
            )
        }
        state.agents = contexts.agents.sorted { $0.value < $1.value }.map { Array($0.key.utf8) }
        state.slots = matcher.memory.plan.slots.map { $0.stateName(ruleset.fieldNames) }
        state.events = matcher.memory.stateEvents()
        state.firstTimeKeys = matcher.firstTimes.keysInOrder
        state.recentKeys = matcher.firstTimes.recent
        state.outputs = outputStates()
        state.sessions = accumulator.sessions.map { key, session in
            EngineState.Session(key: key, time: session.time, values: session.values)
        }
        state.hour = firings.hour
        addSigma(to: &state)
        state.campaigns = web.campaigns?.inOrder ?? []
        state.layouts = web.fields.w3cLayouts
        return state
    }

    private func outputStates() -> [EngineState.Output] {
        let indices = Dictionary(
            ruleset.rules.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return matcher.outputs.outputs.compactMap { key, output in
            indices[key.ruleID].map {
                EngineState.Output(rule: $0, hostname: key.hostname, output: output)
            }
        }
    }

    // MARK: Taking over

    private mutating func adopt(_ state: EngineState, at now: Timestamp) -> Restoration {
        let rules = sameRules(as: state)
        var restoration = Restoration()
        adoptFirings(state, rules)
        adoptEvents(state, rules, now.seconds, &restoration)
        matcher.firstTimes.restore(state.firstTimeKeys, recent: state.recentKeys)
        restoration.keys = matcher.firstTimes.count
        for output in state.outputs {
            guard rules[output.rule] != nil else { continue }
            let key = OutputStore.Key(
                ruleID: state.rules[output.rule].id,
                hostname: output.hostname
            )
            if matcher.outputs.keep(output.output, for: key) { restoration.outputs += 1 }
        }
        for session in state.sessions
        where session.values.count == Accumulator.fields.count
            && now.seconds - session.time <= Accumulator.seconds
        {
            accumulator.restore(.init(time: session.time, values: session.values), key: session.key)
        }
        restoration.sessions = accumulator.count
        restoration.sigmaGroups = adoptSigma(state, rules, now.seconds)
        adoptCampaigns(state)
        return restoration
    }

    /// For each rule of a state the index of the same rule here; nil for one that is
    /// gone or says something else now.
    private func sameRules(as state: EngineState) -> [Int?] {
        let indices = Dictionary(
            ruleset.rules.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return state.rules.map { rule in
            guard let index = indices[rule.id],
                ruleset.rules[index].fingerprint == rule.fingerprint
            else { return nil }
            return index
        }
    }

    private mutating func adoptFirings(_ state: EngineState, _ rules: [Int?]) {
        var stamps: [(rule: Int, stamp: Int64)] = []
        for (rule, index) in zip(state.rules, rules) {
            guard let index else { continue }
            matcher.firedCounts[index] = rule.firedCount
            if let stamp = rule.silentSince { stamps.append((index, stamp)) }
        }
        firings.restore(hour: state.hour, stamps: stamps)
    }

    private mutating func adoptEvents(
        _ state: EngineState,
        _ rules: [Int?],
        _ now: Int64,
        _ restoration: inout Restoration
    ) {
        let agents = state.agents.map { contexts.number(of: String(decoding: $0, as: UTF8.self)) }
        let places = Dictionary(
            zip(state.slots, state.slots.indices),
            uniquingKeysWith: { first, _ in first }
        )
        // Which value of an event belongs to each slot here.
        let slots = matcher.memory.plan.slots.map { places[$0.stateName(ruleset.fieldNames)] }
        let oldest = now - matcher.memory.plan.longestTimeframe
        for event in state.events {
            guard let rule = rules[event.rule] else {
                restoration.eventsOfOtherRules += 1
                continue
            }
            guard event.arrival >= oldest, let category = EventCategory(rawValue: event.category)
            else {
                restoration.expiredEvents += 1
                continue
            }
            restore(event, rule: rule, agent: agents[event.agent], category, slots)
            restoration.events += 1
        }
    }

    private mutating func restore(
        _ event: EngineState.Event,
        rule: Int,
        agent: Int,
        _ category: EventCategory,
        _ slots: [Int?]
    ) {
        let entry = matcher.plan.entries[rule]
        var stored = CorrelationMemory.Stored()
        stored.arrival = event.arrival
        stored.rule = rule
        stored.agent = agent
        stored.category = category
        stored.claimedLevel = event.claimedLevel
        stored.hasFields = event.hasFields
        stored.isKept = event.isKept
        stored.bytes = event.bytes
        stored.textCount = event.textCount
        stored.logStart = event.log.lowerBound
        stored.logEnd = event.log.upperBound
        let values = slots.map { slot in
            let value = slot.flatMap { event.values[$0] }
            return value.map { (start: $0.lowerBound, end: $0.upperBound) } ?? (start: -1, end: -1)
        }
        matcher.memory.restore(
            CorrelationMemory.Restored(
                event: stored,
                values: values,
                sidList: entry.sidList,
                groupLists: matcher.plan.groupLists[entry.groupLists]
            )
        )
    }
}

extension CorrelationMemory {
    /// The events kept now, the oldest first.
    fileprivate func stateEvents() -> [EngineState.Event] {
        (firstSequence..<nextSequence).map { sequence in
            let place = sequence % limit
            let stored = events[place]
            let kept = values[place * plan.slots.count..<(place + 1) * plan.slots.count]
            return EngineState.Event(
                rule: stored.rule,
                agent: stored.agent,
                arrival: stored.arrival,
                category: stored.category.rawValue,
                claimedLevel: stored.claimedLevel,
                hasFields: stored.hasFields,
                isKept: stored.isKept,
                bytes: stored.bytes,
                textCount: stored.textCount,
                log: stored.isKept ? stored.logStart..<stored.logEnd : 0..<0,
                values: kept.map { stored.isKept && $0.start >= 0 ? $0.start..<$0.end : nil }
            )
        }
    }
}

extension FieldReference {
    /// The name by which a state knows the field.
    fileprivate func stateName(_ names: FieldNameTable) -> [UInt8] {
        switch self {
        case .log: Array("log".utf8)
        case .programName: Array("program_name".utf8)
        case .hostname: Array("hostname".utf8)
        case .location: Array("location".utf8)
        case .user: Array("user".utf8)
        case .listUser: Array("list user".utf8)
        case .sourcePlace: Array("srcgeoip".utf8)
        case .destinationPlace: Array("dstgeoip".utf8)
        case .fixed(let field): Array("fixed \(field.name)".utf8)
        case .dynamic(let name):
            Array("field \(names.names[Int(name.index)].lowercased())".utf8)
        }
    }
}
