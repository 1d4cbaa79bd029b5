// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient
import Glibc
import Synchronization

/// All engines that are watched, each on its own: its position, its status,
/// its waits.
///
/// Engines that are named are watched and no others. Else the first is the one
/// that Docker's own client would talk to, and every further socket that
/// accepts a connection is watched too, as soon as it is there.
package final class EngineFleet: Sendable {
    package struct Configuration: Sendable {
        /// What `DOCKER_HOST` and its companions say.
        package var environment: DockerEnvironment
        /// Named ones, in order; empty for those of the environment.
        package var engines: [DockerEndpoint]
        package var client: DockerClient.Configuration
        /// Where sockets are looked for, with `*` for a folder's entries.
        package var places: [String]
        /// How often.
        package var interval: Duration

        package init(
            environment: DockerEnvironment,
            engines: [DockerEndpoint],
            client: DockerClient.Configuration
        ) {
            self.environment = environment
            self.engines = engines
            self.client = client
            places = Self.usualPlaces
            interval = .seconds(10)
        }

        /// Where Docker, rootless Docker and Podman listen.
        package static let usualPlaces = [
            "/run/docker.sock", "/run/user/*/docker.sock", "/run/podman/podman.sock",
            "/run/user/*/podman/podman.sock",
        ]
    }

    /// More are not watched: somebody could make sockets without end.
    private static let limit = 32

    /// The one that is meant when nobody says which.
    package let first: EngineAccess
    private let configuration: Configuration
    private let engines: Mutex<[EngineAccess]>

    /// Connects to nothing yet.
    package init(_ configuration: Configuration) {
        self.configuration = configuration
        let named = configuration.engines.enumerated().map { number, endpoint in
            EngineAccess(
                endpoint: endpoint,
                mark: number == 0 ? "" : "\(endpoint)",
                configuration: configuration.client,
                readsFiles: true
            )
        }
        let first =
            named.first
            ?? EngineAccess(
                environment: configuration.environment,
                configuration: configuration.client
            )
        self.first = first
        engines = Mutex(named.isEmpty ? [first] : named)
    }

    /// Those that are watched by now, the first one first.
    package var all: [EngineAccess] { engines.withLock { $0 } }

    /// Runs `watch` for each engine, until the task is cancelled.
    package func run(_ watch: @escaping @Sendable (EngineAccess) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for engine in all { group.addTask { await watch(engine) } }
            guard configuration.engines.isEmpty, configuration.environment.host.isEmpty else {
                return
            }
            while await pause(configuration.interval) {
                for engine in found() { group.addTask { await watch(engine) } }
            }
        }
    }

    /// Ends all clients; call it when the collectors have ended.
    package func shutdown() async {
        for engine in all { await engine.shutdown() }
    }

    /// Engines that appeared, and are now among those watched.
    private func found() -> [EngineAccess] {
        let sockets = configuration.places.flatMap { Self.sockets(at: $0) }
        return sockets.compactMap { socket in
            let discovery = DockerDiscovery(candidates: [socket.path])
            guard !isWatched(socket), let endpoint = discovery.endpoint else { return nil }
            let engine = EngineAccess(
                endpoint: endpoint,
                mark: "\(endpoint)",
                configuration: configuration.client,
                // Anybody can make a socket that answers like an engine, and
                // name any file as a log: such are read through it alone.
                readsFiles: socket.owner == 0 || socket.owner == geteuid()
            )
            return engines.withLock { engines in
                // Until the first is found, what is found may be that one.
                guard engines.count < Self.limit, engines.first?.endpoint != nil else {
                    return nil
                }
                engines.append(engine)
                return engine
            }
        }
    }

    private func isWatched(_ socket: Socket) -> Bool {
        all.contains { engine in
            guard case .unix(let path)? = engine.endpoint?.address else { return false }
            return path == socket.path || Socket(path) == socket
        }
    }

    /// A socket's file, by which the same under two names is recognised.
    private struct Socket: Equatable {
        let path: String
        let identity: FileIdentity
        let owner: UInt32

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
                return nil
            }
            self.path = path
            owner = status.st_uid
            identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        }

        static func == (left: Socket, right: Socket) -> Bool { left.identity == right.identity }
    }

    private static func sockets(at place: String) -> [Socket] {
        guard let star = place.firstRange(of: "/*/") else {
            return Socket(place).map { [$0] } ?? []
        }
        let folder = String(place[..<star.lowerBound])
        let rest = place[star.upperBound...]
        return entries(of: folder).sorted().prefix(256).compactMap {
            Socket("\(folder)/\($0)/\(rest)")
        }
    }

    private static func entries(of folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
