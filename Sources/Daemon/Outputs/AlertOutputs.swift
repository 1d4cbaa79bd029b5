// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Glibc
import Outputs
import Synchronization

/// The outputs of an all-in-one, joined to the record of alerts.
///
/// The record is followed from when there is somebody to tell.
final class AlertOutputs: Sendable {
    let hub: OutputHub
    private let data: DataFolder
    private let notice: @Sendable (OperatorNotice) -> Void
    private let follower = Mutex<OutputFollower?>(nil)
    private let followers: AsyncStream<OutputFollower>
    private let giving: AsyncStream<OutputFollower>.Continuation
    /// Held while outputs are replaced.
    private let replacing = Mutex(())

    /// When the settings name no output, what was remembered of earlier ones is forgotten, so
    /// that later ones begin with what comes.
    ///
    /// - Throws: `OutputError` `queue`; `AlertStoreError`.
    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) throws {
        data = configuration.data
        self.notice = notice
        (followers, giving) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
        try FileSystem.makeFolder(data.outputs, mode: 0o750)
        var surroundings = OutputSurroundings(
            data: data,
            hostname: configuration.hostname,
            environment: configuration.environment
        ) { name, text, isTrouble in notice(.output("output \(name): \(text)", isTrouble)) }
        // One that cannot be used was refused when the ruleset was loaded.
        if let places = try? settings.geoDatabase.map({ try GeoDatabase(path: $0) }) {
            surroundings.place = { places.location(of: $0) }
        }
        hub = try OutputHub([], folder: data.outputs, after: 0, surroundings)
        if settings.outputs.outputs.isEmpty { unlink(data.outputPlace) }
        try replace(settings.outputs.outputs)
    }

    /// Takes over outputs that were read again; it blocks for the disk.
    ///
    /// - Throws: `OutputError` `queue`; `AlertStoreError`; all stay as they were.
    func replace(_ outputs: [Output]) throws {
        try replacing.withLock { _ in
            guard follower.withLock({ $0 == nil }) else {
                return try hub.replace(outputs, after: 0)
            }
            guard !outputs.isEmpty else { return }
            let start = try OutputStart(data)
            try hub.replace(outputs, after: start.place.serial)
            let new = try OutputFollower(data, start, hub, notice: notice)
            follower.withLock { $0 = new }
            giving.yield(new)
        }
    }

    /// Says that the record has grown; cheap, from any thread.
    func wake() { follower.withLock { $0 }?.wake() }

    /// Brings alerts and tells them, until the task is cancelled.
    ///
    /// - Throws: `CollectorError` `no-thread`.
    func run() async throws {
        async let following: Void = follow()
        await hub.run()
        giving.finish()
        follower.withLock { $0 }?.stop()
        try await following
    }

    private func follow() async throws {
        for await follower in followers {
            try await DedicatedThread.run("outputs") { follower.run() }
        }
    }
}
