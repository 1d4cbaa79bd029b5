// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// Watches how the containers of one engine are run: each time one is made, started or
/// changed, and all of them now and then.
///
/// ```
/// engine's events ─► WorkQueue (bounded) ─► PostureSession (one loop) ─► events
///      clock: look again, save  ─┘                        └─► board
/// ```
package struct PostureWatch: Sendable {
    package struct Configuration: Sendable {
        /// How events name the engine; empty for the first one.
        package var engine = ""
        package var ownContainer: String?
        /// Days from which on an image is old.
        package var imageAgeLimit = 90
        /// Between two looks at everything.
        package var interval = Duration.seconds(300)
        /// From a container's start to the first look at its files.
        package var settling = Duration.seconds(10)
        /// Between two looks at a container's files.
        package var driftPace = Duration.seconds(15)
        /// For so long nobody must have executed anything.
        package var quiet = Duration.seconds(86_400)
        /// Between two times that what is known is kept.
        package var saving = Duration.seconds(5)
        /// Waits for an engine that does not answer.
        package var retry = Duration.seconds(5)

        package init() {}
    }

    /// What the watch needs of the process it runs in.
    package struct Surroundings: Sendable {
        /// The engine; throws while there is none.
        package var client: @Sendable () throws -> DockerClient
        package var now: @Sendable () -> EngineTime
        /// Takes events of one container, in order; may wait.
        package var send: @Sendable ([PostureEvent]) async -> Void
        /// What an earlier run knew; nil for nothing.
        package var load: @Sendable () async -> [UInt8]?
        package var save: @Sendable ([UInt8]) async -> Void

        package init(
            client: @escaping @Sendable () throws -> DockerClient,
            now: @escaping @Sendable () -> EngineTime,
            send: @escaping @Sendable ([PostureEvent]) async -> Void,
            load: @escaping @Sendable () async -> [UInt8]?,
            save: @escaping @Sendable ([UInt8]) async -> Void
        ) {
            self.client = client
            self.now = now
            self.send = send
            self.load = load
            self.save = save
        }
    }

    private static let actions = [
        "create", "start", "restart", "unpause", "update", "rename", "die", "destroy",
        "exec_create",
        "exec_start", "exec_die",
    ]

    private let configuration: Configuration
    private let surroundings: Surroundings
    private let board: PostureBoard

    package init(
        _ configuration: Configuration,
        _ surroundings: Surroundings,
        _ board: PostureBoard
    ) {
        self.configuration = configuration
        self.surroundings = surroundings
        self.board = board
    }

    /// Watches until the task is cancelled.
    package func run() async {
        let queue = WorkQueue()
        // Also where the engine's events are kept from us, as by some proxies.
        queue.put(.survey)
        await withDiscardingTaskGroup { group in
            group.addTask {
                var session = PostureSession(configuration, surroundings, board, queue)
                await session.run()
            }
            group.addTask { await listen(queue) }
            group.addTask {
                while await Self.pause(configuration.interval) { queue.put(.survey) }
            }
            group.addTask {
                while await Self.pause(configuration.saving) { queue.put(.save) }
            }
            await Self.untilCancelled()
            queue.finish()
        }
    }

    /// Reads the engine's events, and begins anew when they end.
    private func listen(_ queue: WorkQueue) async {
        while !Task.isCancelled {
            do {
                let client = try surroundings.client()
                _ = try await client.ping()
                let stream = try await client.containerEvents(Self.actions)
                // What happened while nobody listened is seen by looking at everything.
                queue.put(.survey)
                for try await lines in stream {
                    for case .event(let event) in lines where event.type == "container" {
                        queue.put(.event(event))
                    }
                }
            } catch {
                // An engine that is away is the listener's news; here it is waited for.
            }
            guard await Self.pause(configuration.retry) else { return }
        }
    }

    private static func untilCancelled() async {
        while await pause(.seconds(3_600)) {}
    }

    static func pause(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}
