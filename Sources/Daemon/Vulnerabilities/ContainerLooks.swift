// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Vulnerabilities

/// Looks now and then whether running containers have packages of their own, which were
/// installed after they were made.
struct ContainerLooks {
    private struct Look {
        /// Seconds since the epoch.
        var time: Int64
        /// Of the state of the container's own packages; nil when it has none.
        var mark: String?
    }

    /// A container that has packages of its own.
    struct Found {
        let container: ContainerSummary
        let mark: String
    }

    /// Between two looks at a container.
    private static let pause: Int64 = 300
    /// Containers that are looked at in one round.
    private static let limit = 50

    /// By the engine's mark, then by the container's id.
    private var looks: [String: [String: Look]] = [:]

    /// The containers of an engine that have packages of their own, those whose time has
    /// come looked at anew.
    mutating func look(
        at running: [ContainerSummary],
        on client: DockerClient,
        engine: String
    ) async -> [Found] {
        let known = looks[engine] ?? [:]
        var seen: [String: Look] = [:]
        var count = 0
        for container in running {
            let now = HostClock.now().seconds
            var look = known[container.id]
            if look.map({ now - $0.time >= Self.pause }) ?? true, count < Self.limit {
                count += 1
                look = Look(time: now, mark: await Self.mark(of: container, client, look?.mark))
            }
            seen[container.id] = look
        }
        looks[engine] = seen
        return running.compactMap { container in
            seen[container.id]?.mark.map { Found(container: container, mark: $0) }
        }
    }

    private static func mark(
        of container: ContainerSummary,
        _ client: DockerClient,
        _ before: String?
    ) async -> String? {
        let scanner = ContainerScanner(.standard, memory: nil)
        do {
            let layer = try await scanner.layer(of: container.id, on: client)
            if layer.isEmpty { return nil }
            return try await scanner.mark(of: layer, in: container.id, on: client)
        } catch {
            // It is on its way out, or the engine is away, which has a notice of its own:
            // what was known stays until the next look.
            return before
        }
    }
}
