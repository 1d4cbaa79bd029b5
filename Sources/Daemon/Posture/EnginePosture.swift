// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import Posture

/// Looks at how each engine's containers are run; what is new goes into the queue.
struct EnginePosture: Sendable {
    let board = PostureBoard()
    let settings: PostureSettings
    private let agent: AgentIdentity
    private let queue: EventQueue
    private let folder: String

    init(
        _ settings: PostureSettings,
        agent: AgentIdentity,
        queue: EventQueue,
        folder: String
    ) {
        self.settings = settings
        self.agent = agent
        self.queue = queue
        self.folder = folder
    }

    /// What is counted, in Prometheus' text form.
    var metricsText: String { board.metricsText }

    /// Watches one engine, until the task is cancelled; at once over when it is off.
    func run(_ engine: EngineAccess) async {
        guard settings.isOn else { return }
        var configuration = PostureWatch.Configuration()
        configuration.engine = engine.mark
        configuration.ownContainer = OwnContainer.id()
        configuration.imageAgeLimit = settings.imageDays
        configuration.quiet = .seconds(settings.quietMinutes * 60)
        await PostureWatch(configuration, surroundings(engine), board).run()
    }

    private func surroundings(_ engine: EngineAccess) -> PostureWatch.Surroundings {
        let path = folder + "/posture-\(Self.fileName(engine.mark)).json"
        return PostureWatch.Surroundings(
            client: { try engine.client() },
            now: { EngineTime(nanoseconds: HostClock.now().nanoseconds) },
            send: { await send($0) },
            load: {
                let read = Handback<[UInt8]>()
                // What is not there or cannot be read is not known; the findings are told again.
                try? await DedicatedThread.run("posture") {
                    if let bytes = try? FileSystem.contents(of: path, limit: 64 << 20) {
                        read.give(bytes)
                    }
                }
                return read.take()
            },
            save: { bytes in
                // A full disk: it is kept the next time, at worst findings are told again.
                try? await DedicatedThread.run("posture") {
                    try? FileSystem.replace(path, with: bytes, mode: 0o640)
                }
            }
        )
    }

    private func send(_ events: [PostureEvent]) async {
        var batch = EventBatch()
        for event in events {
            var facts = event.container
            // Labels are the listener's to choose; an event need not have them.
            facts.labels = [:]
            let source = EventSource(
                agent: agent,
                location: PostureEvent.location,
                container: ContainerIdentity(facts)
            )
            batch.append(event.json, from: source, at: HostClock.now())
        }
        // Not taken only at the end: then it is told at the next start.
        _ = await queue.push(Delivery(batch: batch, checkpoint: nil))
    }

    private static func fileName(_ mark: String) -> String {
        if mark.isEmpty { return "first" }
        return String(mark.prefix(100).map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}
