// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials
import Synchronization

/// Keeps over restarts what engines have and who their containers were, on a
/// thread of its own.
///
/// One JSON object in one file, written beside itself, synced and renamed:
/// ```
/// {"version":1,"engines":{"unix:///var/run/docker.sock":{
///   "inventory":{"containers":{…},"images":{…},"networks":{…},"volumes":{…},
///                "imagesAreStale":false,"asOf":NANOSECONDS},
///   "identities":[{"id":…,"name":…,"image":…,…},…]}}}
/// ```
/// It is no record but a help: without it the next gap is said, and what was
/// missed is not concluded.
package final class InventoryStore: Sendable {
    private struct Contents: Codable {
        var version = 1
        var engines: [String: Engine] = [:]
    }

    struct Engine: Codable, Sendable {
        var inventory: EngineInventory
        /// Containers, also those that are gone; the latest at the end.
        var identities: [ContainerIdentity.Facts]
    }

    private struct State {
        var contents: Contents
        var version = 0
        var savedVersion = 0
        var failure: CollectorError?
    }

    /// Identities kept for an engine.
    private static let identityLimit = 4096
    /// Engines kept; others are forgotten, the first by name first.
    private static let engineLimit = 64
    private static let sizeLimit = 64 << 20
    private static let interval = Duration.seconds(2)

    private let path: FilePath?
    private let state: Mutex<State>
    /// Whether the thread is to end.
    private let monitor = Monitor(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Reads the file at `path`; nil keeps all in memory.
    ///
    /// What cannot be read or understood counts as missing.
    package init(path: String?) {
        self.path = path.map { FilePath($0) }
        var contents = Contents()
        // Without it nothing is lost but conclusions: see above.
        if let bytes = try? self.path?.contents(limit: Self.sizeLimit),
            let read = try? JSONDecoder().decode(Contents.self, from: Data(bytes)),
            read.version == 1
        {
            contents = read
        }
        state = Mutex(State(contents: contents))
    }

    /// Why the last write failed; nil when it did not.
    package var lastFailure: CollectorError? { state.withLock { $0.failure } }

    /// What is known of an engine; nil when nothing is.
    func engine(at endpoint: String) -> Engine? {
        state.withLock { $0.contents.engines[endpoint] }
    }

    /// Takes what is known now, and containers that became known.
    func update(
        _ endpoint: String,
        _ inventory: EngineInventory,
        met identities: [ContainerIdentity.Facts]
    ) {
        state.withLock { state in
            var engine =
                state.contents.engines[endpoint] ?? Engine(inventory: inventory, identities: [])
            // Taken out, so that what follows copies nothing.
            state.contents.engines[endpoint] = nil
            engine.inventory = inventory
            if !identities.isEmpty {
                let ids = Set(identities.map(\.id))
                engine.identities.removeAll { ids.contains($0.id) }
                engine.identities += identities
                let excess = engine.identities.count - Self.identityLimit
                if excess > 0 { engine.identities.removeFirst(excess) }
            }
            if state.contents.engines.count >= Self.engineLimit,
                let first = state.contents.engines.keys.min()
            {
                state.contents.engines[first] = nil
            }
            state.contents.engines[endpoint] = engine
            state.version += 1
        }
    }

    /// Begins to write changes as they come.
    ///
    /// - Throws: ``CollectorError`` `no-thread`.
    package func start() throws {
        guard path != nil else { return }
        let started = try DedicatedThread(name: "inventory") { [self] in
            var wait = Self.interval
            while monitor.wait(
                until: MonotonicTime.now.advanced(by: wait),
                for: { $0 ? true : nil }
            ) == nil {
                let began = MonotonicTime.now.nanoseconds
                save()
                // A large inventory must not keep a core busy.
                let took = Duration.nanoseconds(MonotonicTime.now.nanoseconds - began)
                wait = max(Self.interval, took * 20)
            }
        }
        thread.withLock { $0 = started }
    }

    /// Ends the thread and writes what changed since; it blocks.
    package func stop() {
        monitor.withLock { $0 = true }
        monitor.wakeAll()
        thread.withLock { $0 }?.join()
        save()
    }

    private func save() {
        let (contents, version, isSaved) = state.withLock {
            ($0.contents, $0.version, $0.version == $0.savedVersion)
        }
        guard let path, !isSaved else { return }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try path.replaceContents(with: Array(encoder.encode(contents)))
            state.withLock { state in
                state.savedVersion = version
                state.failure = nil
            }
        } catch {
            let failure = error as? CollectorError
            state.withLock { $0.failure = failure }
        }
    }
}
