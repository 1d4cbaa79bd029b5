// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Synchronization

/// All agents of a manager and their states; what changes files is elsewhere.
package final class AgentDirectory: Sendable {
    /// Who a packet claims to be from.
    struct Known: Sendable {
        let id: String
        let cipher: PacketCipher
    }

    enum Identification: Sendable {
        case known(Known)
        /// No agent has this id or address.
        case unknown
        /// It has, and may not come from there.
        case foreign
    }

    /// How long things take until something is done about them.
    package struct Periods: Sendable {
        /// Without a keep-alive an agent is away.
        package var disconnection = Duration.seconds(15 * 60)
        /// That it is away is told so much later.
        package var alert = Duration.zero
        /// An agent whose connection broke has so long to come again.
        package var reconnection = Duration.seconds(20)
        /// A second connection takes over when the first was silent for so
        /// long; nil for never.
        package var overtake: Duration? = .seconds(60)

        package init() {}
    }

    struct State: Sendable {
        var records: [String: AgentRecord] = [:]
        /// Agents that packets name by their address alone.
        var byAddress: [[UInt8]: String] = [:]
    }

    let periods: Periods
    let time: HostTime
    let state = Mutex(State())

    package init(periods: Periods, time: HostTime) {
        self.periods = periods
        self.time = time
    }

    /// Every agent, ordered by id.
    package var agents: [AgentStatus] {
        state.withLock { $0.records.values.map(\.status) }.sorted {
            ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id)
        }
    }

    package func agent(_ id: String) -> AgentStatus? {
        state.withLock { $0.records[id]?.status }
    }

    func identify(id: String?, address: String) -> Identification {
        state.withLock { state in
            let bytes = id == nil ? RegisteredAddress.bytes(of: address) : nil
            guard let id = id ?? bytes.flatMap({ state.byAddress[$0] }),
                let record = state.records[id]
            else { return .unknown }
            guard record.key.address.contains(address) else { return .foreign }
            return .known(Known(id: id, cipher: record.cipher))
        }
    }

    /// Makes a connection the agent's own; false while another is alive.
    ///
    /// The one that was silent for too long is closed.
    func attach(_ link: any AgentLink, to id: String) -> Bool {
        let now = time.uptime()
        let (isAttached, old) = state.withLock { state -> (Bool, (any AgentLink)?) in
            guard var record = state.records[id] else { return (false, nil) }
            let old = record.link
            if let old, old !== link, !old.isDatagram, !isOvertaken(record, at: now) {
                return (false, nil)
            }
            record.link = link
            record.lostSince = nil
            record.lastHeard = now
            state.records[id] = record
            return (true, old === link ? nil : old)
        }
        old?.close()
        return isAttached
    }

    /// Forgets a connection that has ended.
    func detach(_ link: any AgentLink, from id: String) {
        let now = time.uptime()
        state.withLock { state in
            guard state.records[id]?.link === link else { return }
            state.records[id]?.link = nil
            if state.records[id]?.state != .disconnected { state.records[id]?.lostSince = now }
        }
    }

    private func isOvertaken(_ record: AgentRecord, at now: Int64) -> Bool {
        guard let overtake = periods.overtake else { return false }
        return now - (record.lastHeard ?? 0) >= overtake.nanoseconds
    }

    /// Counts a message; false when its number was there before and `checking`.
    ///
    /// Also says whether the counter should be written down now. A message that came
    /// over another connection than the agent's own, which `isOwn` denies, does not
    /// make that one look alive.
    func count(
        _ counter: MessageCounter,
        from id: String,
        isOwn: Bool,
        checking: Bool
    ) -> (isAccepted: Bool, isDue: Bool) {
        let now = time.uptime()
        return state.withLock { state in
            guard var record = state.records[id] else { return (false, false) }
            if checking, let last = record.counter, counter <= last { return (false, false) }
            let isFirst = record.counter == nil
            record.counter = counter
            if isOwn || record.link?.isDatagram != false { record.lastHeard = now }
            record.unwritten += 1
            let isDue = isFirst || record.unwritten >= 128
            if isDue { record.unwritten = 0 }
            state.records[id] = record
            return (true, isDue)
        }
    }

    /// Notes that an agent has started; gives who it is when that is for the first time.
    func started(_ id: String, version: String?) -> AgentIdentity? {
        let now = time.uptime()
        return change(id) { record -> AgentIdentity? in
            let isFirst = record.state == .neverConnected
            record.enter(.pending, at: now)
            if let version { record.version = version }
            return isFirst ? record.identity : nil
        } ?? nil
    }

    /// Notes a keep-alive.
    func tell(_ keepAlive: KeepAlive, of id: String) -> [String] {
        let (now, time) = (time.uptime(), time.now())
        return change(id) { record in
            record.tell(keepAlive, at: time)
            record.enter(.active, at: now)
            record.isSilenceTold = false
            return record.groups
        } ?? []
    }

    /// Notes that an agent said good-bye.
    func stopped(_ id: String) -> AgentIdentity? {
        let now = time.uptime()
        return change(id) { record in
            record.enter(.disconnected, at: now)
            record.lostSince = nil
            record.isSilenceTold = true
            return record.identity
        }
    }

    func identity(of id: String) -> AgentIdentity? {
        state.withLock { $0.records[id]?.identity }
    }

    func link(of id: String) -> (any AgentLink)? {
        state.withLock { $0.records[id]?.link }
    }

    /// Counters to write down at the end.
    var counters: [(id: String, counter: MessageCounter)] {
        state.withLock { state in
            state.records.values.compactMap { record in
                record.counter.map { (record.key.id, $0) }
            }
        }
    }

    @discardableResult
    private func change<Result: Sendable>(
        _ id: String,
        _ body: (inout AgentRecord) -> Result
    ) -> Result? {
        state.withLock { state in
            guard var record = state.records[id] else { return nil }
            let result = body(&record)
            state.records[id] = record
            return result
        }
    }
}
