// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Synchronization

/// Engines that remember what they were shown, one a session.
///
/// A session is its user's; it is forgotten after 15 minutes without use, when
/// there are too many, and begins anew after the ruleset was reloaded.
final class LogtestSessions: Sendable {
    /// A line to be looked at.
    struct Line: Sendable {
        let text: [UInt8]
        let location: String
        let time: Timestamp
    }

    private final class Session: Sendable {
        let user: String
        let generation: Int
        let engine: Mutex<AnalysisEngine>

        init(user: String, generation: Int, engine: AnalysisEngine) {
            self.user = user
            self.generation = generation
            self.engine = Mutex(engine)
        }
    }

    private struct Entry {
        var session: Session
        var lastUsed: Int64
    }

    static let limit = 64
    private static let lifetime: Int64 = 900_000

    private let services: Services
    private let entries = Mutex<[String: Entry]>([:])

    init(_ services: Services) {
        self.services = services
    }

    /// How many there are.
    var count: Int { entries.withLock { $0.count } }

    /// Looks at a line in a session of the user's; nil begins a new one.
    ///
    /// It takes long and blocks.
    ///
    /// - Returns: The session's name and what was found.
    /// - Throws: ``Problem`` `not-found` for a session that there is not.
    func inspect(_ line: Line, in name: String?, of user: String) throws(Problem)
        -> (session: String, report: EventReport)
    {
        let now = line.time.nanoseconds / 1_000_000
        let name = name ?? Secret.make(bytes: 16)
        let session = try session(name, user, at: now)
        let source = EventSource(
            agent: AgentIdentity(id: "000", name: services.identity.hostname),
            location: line.location
        )
        let report = session.engine.withLock { engine in
            engine.inspect(line.text.span, from: source, at: line.time, .trials)
        }
        return (name, report)
    }

    /// Forgets a session of the user's; false when there is none.
    func end(_ name: String, of user: String) -> Bool {
        entries.withLock { entries in
            guard entries[name]?.session.user == user else { return false }
            entries[name] = nil
            return true
        }
    }

    private func session(_ name: String, _ user: String, at now: Int64) throws(Problem) -> Session {
        let generation = services.ruleset().generation
        if let known = known(name, at: now) {
            guard known.user == user else {
                throw .notFound("there is no session \(name.prefix(64))")
            }
            if known.generation == generation { return known }
        }
        // Made outside of the lock: it takes long.
        let fresh = Session(user: user, generation: generation, engine: services.logtestEngine())
        entries.withLock { entries in
            if entries.count >= Self.limit, entries[name] == nil { Self.makeRoom(&entries) }
            entries[name] = Entry(session: fresh, lastUsed: now)
        }
        return fresh
    }

    private func known(_ name: String, at now: Int64) -> Session? {
        entries.withLock { entries in
            entries = entries.filter { abs(now - $0.value.lastUsed) < Self.lifetime }
            entries[name]?.lastUsed = now
            return entries[name]?.session
        }
    }

    private static func makeRoom(_ entries: inout [String: Entry]) {
        guard let oldest = entries.min(by: { $0.value.lastUsed < $1.value.lastUsed }) else {
            return
        }
        entries[oldest.key] = nil
    }
}
