// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Synchronization

/// What else a record is made from.
struct AgentBackground: Sendable {
    let groups: [String]
    /// Whether the agent ever talked to this manager.
    let wasSeen: Bool
    let counter: MessageCounter?
    /// Seconds since the epoch; 0 for long ago.
    let registered: Int64
}

extension AgentDirectory {
    /// Takes the keys as they are now: new agents come, changed and removed ones
    /// lose their connection, all others keep it.
    func take(_ agents: [AgentKey], background: (AgentKey) -> AgentBackground) {
        let now = time.uptime()
        let known = state.withLock { $0.records.mapValues(\.key) }
        // Reading files is left outside of the lock.
        let fresh = agents.filter { known[$0.id] != $0 }.map { key in
            let background = background(key)
            var record = AgentRecord(
                key,
                groups: background.groups,
                wasSeen: background.wasSeen,
                registered: background.registered,
                at: now
            )
            record.counter = background.counter
            return record
        }
        let wanted = Set(agents.map(\.id))
        let gone = state.withLock { state in
            var gone: [any AgentLink] = []
            for (id, record) in state.records where !wanted.contains(id) {
                if let link = record.link { gone.append(link) }
                state.records[id] = nil
            }
            for record in fresh {
                if let link = state.records[record.key.id]?.link { gone.append(link) }
                state.records[record.key.id] = record
            }
            state.byAddress = [:]
            for key in agents where key.address.isOneIPv4 {
                let text = key.address.text.prefix { $0 != "/" }
                if let bytes = RegisteredAddress.bytes(of: String(text)) {
                    state.byAddress[bytes] = key.id
                }
            }
            return gone
        }
        for link in gone { link.close() }
    }

    func setGroups(_ groups: [String], of id: String) {
        state.withLock { $0.records[id]?.groups = groups }
    }

    /// What enrolment asks of an agent that stands in the way.
    func occupant(_ key: AgentKey) -> EnrolmentDesk.Occupant {
        let (now, seconds) = (time.uptime(), time.now().seconds)
        return state.withLock { state in
            guard let record = state.records[key.id] else {
                return .init(
                    state: .neverConnected,
                    disconnectedFor: .zero,
                    registeredFor: .seconds(Int64(Int32.max))
                )
            }
            return .init(
                state: record.state,
                disconnectedFor: .nanoseconds(now - record.stateSince),
                registeredFor: .seconds(max(0, seconds - record.registered))
            )
        }
    }

    /// Moves agents that were not heard of to `disconnected`; gives those of whom
    /// it is to be told now.
    func sweep() -> [AgentIdentity] {
        let now = time.uptime()
        return state.withLock { state in
            var told: [AgentIdentity] = []
            for (id, record) in state.records {
                guard let heard = record.lastHeard else { continue }
                var changed = record
                let isLost =
                    record.lostSince.map { now - $0 >= periods.reconnection.nanoseconds } ?? false
                let silence = now - heard
                if isLost || silence >= periods.disconnection.nanoseconds {
                    changed.enter(.disconnected, at: now)
                    changed.lostSince = nil
                }
                let limit = (periods.disconnection + periods.alert).nanoseconds
                if changed.state == .disconnected, !record.isSilenceTold, silence >= limit {
                    changed.isSilenceTold = true
                    told.append(record.identity)
                }
                guard changed.state != record.state || changed.isSilenceTold != record.isSilenceTold
                else { continue }
                state.records[id] = changed
            }
            return told.sorted { $0.id < $1.id }
        }
    }
}
