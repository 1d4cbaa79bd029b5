// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HostFiles
import Synchronization

/// All own agents of a manager, and how they stand.
///
/// Who is registered is in ``FleetFile``, which is read again as soon as it changes: an
/// agent that the command line takes out is refused with its next request. How they stand
/// is kept here, and by ``PresenceFile`` over a restart.
package final class AgentRegistry: Sendable {
    /// What an agent says of itself.
    package struct Telling: Sendable, Hashable, Codable {
        package var version = ""
        package var system = ""
        package var waitingEvents: Int?
        package var lagSeconds: Double?
        package var sources: Int?
        package var containers: Int?
        /// SHA-256 of the central configuration that it uses, in hexadecimal; empty for
        /// none, nil when it takes none.
        package var configuration: String?
        /// The central configuration that it refused last.
        package var refusal: Refusal?

        package init() {}
    }

    /// A central configuration that an agent does not use, and why.
    package struct Refusal: Sendable, Hashable, Codable {
        /// SHA-256 of it, in hexadecimal.
        package let digest: String
        package let reason: String

        package init(digest: String, reason: String) {
            self.digest = digest
            self.reason = reason
        }
    }

    /// Something about an agent that becomes an event.
    package enum Change: Sendable, Hashable {
        /// For the first time.
        case connected
        case started
        case disconnected
        case stopped
        case removed

        /// The event's words for an agent.
        ///
        /// Source: around-the-engine.md §5.8; the first report of all has words of its own,
        /// since what looks alike (`web-1`, `web-2`) does not count as new for `<if_fts>`.
        package func text(name: String, address: String) -> String {
            let place = address.isEmpty ? "any" : address
            return switch self {
            case .connected: "ossec: Agent connected: '\(name)->\(place)'."
            case .started: "ossec: Agent started: '\(name)->\(place)'."
            case .disconnected: "ossec: Agent disconnected: '\(name)-\(place)'."
            case .stopped: "ossec: Agent stopped: '\(name)->\(place)'."
            case .removed: "ossec: Agent removed: '\(name)-\(place)'."
            }
        }
    }

    /// A change, and of whom.
    package struct Notice: Sendable, Hashable {
        package let id: String
        package let name: String
        package let address: String
        package let change: Change
    }

    /// An agent is away when nothing was heard of it for so long; it calls every ten
    /// seconds at least.
    package static let silenceLimit: Int64 = 25_000
    /// How often a file that changes while it is read is read again.
    private static let readLimit = 5

    private struct State {
        var agents: [String: FleetContents.Agent] = [:]
        /// Ids by the certificates' digests.
        var byCertificate: [String: String] = [:]
        var presences: [String: PresenceRecord] = [:]
        /// What the file holds; nil until it was read.
        var file: FleetFile.Snapshot?
        /// Agents whose entries have changed, for ``takeChanged()``.
        var changed: Set<String> = []
    }

    private let file: FleetFile
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())
    private let tell: @Sendable (Notice) -> Void

    /// Begins with how agents stood; `now` gives milliseconds since the epoch, and `tell` is
    /// called for each change, from any thread, and must not block.
    package init(
        file: FleetFile,
        presences: [String: PresenceRecord],
        now: @escaping @Sendable () -> Int64,
        tell: @escaping @Sendable (Notice) -> Void
    ) {
        self.file = file
        self.now = now
        self.tell = tell
        state.withLock { $0.presences = presences }
    }

    /// How they stand, to be kept.
    package var presences: [String: PresenceRecord] { state.withLock { $0.presences } }

    /// Every agent, ordered by id.
    package var reports: [AgentReport] {
        state.withLock { state in
            state.agents.values.map { Self.report($0, state.presences[$0.id]) }
        }.sorted { ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id) }
    }

    private static func report(
        _ agent: FleetContents.Agent,
        _ presence: PresenceRecord?
    ) -> AgentReport {
        let presence = presence ?? PresenceRecord()
        var report = AgentReport(
            id: agent.id,
            name: agent.name,
            kind: .jaga,
            presence: presence.presence
        )
        report.address = presence.address
        report.groups = agent.groups
        report.registered = agent.registered
        report.lastSeen = presence.lastSeen
        report.version = presence.telling.version
        report.system = presence.telling.system
        report.waitingEvents = presence.telling.waitingEvents
        report.lagSeconds = presence.telling.lagSeconds
        report.sources = presence.telling.sources
        report.containers = presence.telling.containers
        report.configuration = presence.telling.configuration
        report.refusal = presence.telling.refusal
        return report
    }

    /// Who shows a certificate, by its digest; nil when nobody may.
    ///
    /// The newest of two makes the older one worthless.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func agent(certificate digest: String) throws -> FleetContents.Agent? {
        try refresh()
        let found = state.withLock { state in
            state.byCertificate[digest].flatMap { state.agents[$0] }
        }
        guard let found, found.certificates.count > 1, found.certificates.last == digest else {
            return found
        }
        try update { contents in
            try contents.change(found.id) { $0.certificates = [digest] }
        }
        return found
    }

    /// Reads who is registered, when that has changed; cost: a look at the file's stamp.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func refresh() throws {
        for _ in 0..<Self.readLimit {
            let stamp = FileStamp(of: file.path)
            let isKnown = state.withLock { $0.file.map { $0.stamp == stamp } ?? false }
            guard !isKnown else { return }
            let snapshot = FleetFile.Snapshot(contents: try file.read(), stamp: stamp)
            let notices = state.withLock { state -> [Notice]? in
                // Changed meanwhile: what was read must not undo what is newer.
                guard FileStamp(of: file.path) == stamp else { return nil }
                return Self.take(snapshot, &state)
            }
            guard let notices else { continue }
            for notice in notices { tell(notice) }
            return
        }
    }

    private static func take(_ snapshot: FleetFile.Snapshot, _ state: inout State) -> [Notice] {
        let old = state.agents
        state.agents = [:]
        state.byCertificate = [:]
        for agent in snapshot.contents.agents {
            state.agents[agent.id] = agent
            if old[agent.id] != agent { state.changed.insert(agent.id) }
            for digest in agent.certificates { state.byCertificate[digest] = agent.id }
        }
        let gone = old.values.filter { state.agents[$0.id] == nil }.map { agent in
            let address = state.presences.removeValue(forKey: agent.id)?.address ?? ""
            return Notice(id: agent.id, name: agent.name, address: address, change: .removed)
        }
        state.changed.formUnion(gone.map(\.id))
        state.presences = state.presences.filter { state.agents[$0.key] != nil }
        state.file = snapshot
        return gone.sorted { $0.id < $1.id }
    }

    /// Agents that came, changed or went since this was asked last.
    func takeChanged() -> Set<String> {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed
        }
    }

    // MARK: Signs of life

    /// Notes a request of an agent.
    package func heard(_ id: String, from address: String) {
        change(id) { record, now in
            record.address = address
            record.lastSeen = now
            return []
        }
    }

    /// Notes what an agent says of itself: it is active.
    package func told(_ telling: Telling, by id: String, isFirst: Bool) {
        change(id) { record, now in
            let change: Change? =
                if record.presence == .neverConnected {
                    .connected
                } else if isFirst || record.presence == .disconnected {
                    .started
                } else {
                    nil
                }
            record.presence = .active
            record.lastSeen = now
            record.telling = telling
            return [change].compactMap { $0 }
        }
    }

    /// Notes that an agent says good-bye.
    package func stopped(_ id: String) {
        change(id) { record, now in
            let wasThere = record.presence != .disconnected
            record.presence = .disconnected
            record.lastSeen = now
            return wasThere ? [.stopped] : []
        }
    }

    /// Moves agents that were not heard of for too long to `disconnected`.
    package func sweep() {
        let now = now()
        let late = state.withLock { state in
            state.presences.filter { _, record in
                record.presence != .disconnected && record.presence != .neverConnected
                    && now - (record.lastSeen ?? 0) > Self.silenceLimit
            }.map(\.key).sorted()
        }
        for id in late {
            change(id) { record, _ in
                record.presence = .disconnected
                return [.disconnected]
            }
        }
    }

    private func change(
        _ id: String,
        _ body: (inout PresenceRecord, Int64) -> [Change]
    ) {
        let now = now()
        let notices = state.withLock { state -> [Notice] in
            guard let agent = state.agents[id] else { return [] }
            var record = state.presences[id] ?? PresenceRecord()
            let changes = body(&record, now)
            state.presences[id] = record
            return changes.map {
                Notice(id: id, name: agent.name, address: record.address, change: $0)
            }
        }
        for notice in notices { tell(notice) }
    }

    // MARK: What operators do

    /// The entry of an agent; nil when there is none.
    package func registration(_ id: String) -> FleetContents.Agent? {
        state.withLock { $0.agents[id] }
    }

    /// Changes who is registered; it blocks.
    ///
    /// - Throws: ``FleetError``.
    package func update<Result>(
        _ change: (inout FleetContents) throws -> Result
    ) throws -> Result {
        let known = state.withLock { $0.file }
        return try file.update(knowing: known, change) { snapshot in
            for notice in state.withLock({ Self.take(snapshot, &$0) }) { tell(notice) }
        }
    }
}
