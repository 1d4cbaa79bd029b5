// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Synchronization

/// A look at an engine at the moment when events may have been missed.
///
/// It is taken beside the reading of the stream, which never waits for it:
/// what the stream brings meanwhile is noted here, since it is newer than
/// what was missed and perhaps older than what the engine lists.
final class EngineSurvey: Sendable {
    /// What made somebody look.
    enum Occasion: Sendable {
        /// A connection was opened; so the last events seen must be among
        /// those that the engine remembers since then.
        case connection(since: EngineTime)
        /// Events found no room.
        case loss
        /// Nothing was known before, so nothing can be missing.
        case first
    }

    /// Whether the engine told everything since the last event seen.
    enum Coverage: Sendable, Equatable {
        case complete
        /// Nothing says that something is missing, and nothing proves the
        /// contrary.
        case likely
        case broken(reason: String)
    }

    struct Findings: Sendable {
        var coverage: Coverage
        var listing: EngineListing
        /// When it began, nanoseconds since the epoch.
        var began: Int64
        /// The first events of things since, by ``EngineSurvey/key(_:_:)``.
        var moved: [String: DockerEvent]
    }

    /// As many events as an engine remembers.
    ///
    /// Source: moby, `daemon/events`, `eventsLimit`; the manual of `docker
    /// events` names the number too.
    static let engineMemory = 256
    /// Things whose first event is noted.
    private static let movedLimit = 20_000
    private static let patience = Duration.seconds(10)
    private static let grace = Duration.milliseconds(100)

    private let occasion: Occasion
    private let moved = Mutex<[String: DockerEvent]>([:])
    private let task = Mutex<Task<Findings, Never>?>(nil)

    init(_ occasion: Occasion) {
        self.occasion = occasion
    }

    static func key(_ type: String, _ id: String) -> String { "\(type) \(id)" }

    /// Begins to ask the engine; events are noted until that is done.
    func start(_ client: DockerClient, buffer: EventBuffer) {
        let asking = Task {
            let began = LocalClock.nanoseconds()
            let coverage = await self.coverage(client, buffer)
            let depth: EngineListing.Depth =
                switch occasion {
                case .first: .lists
                case .connection, .loss: coverage == .complete ? .lists : .times
                }
            let listing = await EngineListing.take(
                from: client,
                depth: depth,
                within: Self.patience
            )
            // The events of what was listed last may be on their way.
            if depth == .times { _ = await pause(Self.grace) }
            buffer.detach(self)
            return Findings(
                coverage: coverage,
                listing: listing,
                began: began,
                moved: moved.withLock { $0 }
            )
        }
        task.withLock { $0 = asking }
    }

    /// Waits for the end of it; nil when it was given up.
    func findings() async -> Findings? {
        guard let asking = task.withLock({ $0 }) else { return nil }
        let findings = await asking.value
        return asking.isCancelled ? nil : findings
    }

    /// Gives up: Jaga stops.
    func cancel() {
        task.withLock { $0 }?.cancel()
    }

    /// Notes what the stream brought.
    func saw(_ event: DockerEvent) {
        let lifeCycle: Set<String> = ["create", "start", "die", "destroy"]
        guard event.type != "container" || lifeCycle.contains(event.action) else { return }
        moved.withLock { moved in
            guard moved.count < Self.movedLimit else { return }
            for name in [event.actorID, event.attributes["name"] ?? ""] where !name.isEmpty {
                let key = Self.key(event.type, name)
                if moved[key] == nil { moved[key] = event }
                if event.type == "container" { return }
            }
        }
    }

    private func coverage(_ client: DockerClient, _ buffer: EventBuffer) async -> Coverage {
        switch occasion {
        case .first: return .complete
        case .loss: return .broken(reason: "more events came than could be kept")
        case .connection(let since):
            let now = EngineTime(nanoseconds: LocalClock.nanoseconds())
            guard now > since else { return .likely }
            do {
                let past = try await within(Self.patience, else: CancellationError()) {
                    try await client.pastEvents(since: since, until: now)
                }
                if buffer.withMemory({ $0.knew(oneOf: past) }) { return .complete }
                if past.count >= Self.engineMemory {
                    return .broken(reason: "the engine forgot events before it was asked for them")
                }
                if buffer.withMemory({ $0.wasBlank }) { return .likely }
                return .broken(
                    reason: "the engine does not know of the last event seen: it was restarted"
                )
            } catch {
                return .broken(reason: "the engine does not tell of past events: \(error)")
            }
        }
    }
}
