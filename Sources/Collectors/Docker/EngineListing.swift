// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// What an engine has at a moment, as far as it tells.
struct EngineListing: Sendable {
    struct Container: Sendable {
        let id: String
        let name: String
        let image: String
        let isRunning: Bool
        let createdAt: Int64?
        /// Known only of those that were inspected.
        var startedAt: Int64?
        var finishedAt: Int64?
        var exitCode: Int64 = 0
    }

    /// Nil for a list that the engine did not give.
    var containers: [Container]?
    var images: [ImageSummary]?
    var networks: [NetworkSummary]?
    var volumes: [VolumeSummary]?

    /// How thoroughly to look.
    enum Depth: Sendable {
        case lists
        /// Every container that ran once is inspected for when.
        case times
    }

    /// Containers inspected at the same time.
    private static let width = 16

    /// Asks the engine; what it does not give within `limit` is left out.
    static func take(
        from client: DockerClient,
        depth: Depth,
        within limit: Duration
    ) async -> EngineListing {
        let deadline = MonotonicTime.now.advanced(by: limit)
        var listing = EngineListing()
        // An engine that does not know a list, or hangs on it, is one that
        // nothing can be concluded from: nil says so.
        async let containers = try? within(limit, else: CancellationError()) {
            try await client.allContainers()
        }
        async let images = try? within(limit, else: CancellationError()) {
            try await client.images()
        }
        async let networks = try? within(limit, else: CancellationError()) {
            try await client.networks()
        }
        async let volumes = try? within(limit, else: CancellationError()) {
            try await client.volumes()
        }
        listing.containers = await containers?.map(Container.init)
        listing.images = await images
        listing.networks = await networks
        listing.volumes = await volumes
        if depth == .times { await listing.inspect(client, until: deadline) }
        return listing
    }

    private mutating func inspect(_ client: DockerClient, until deadline: MonotonicTime) async {
        guard let all = containers else { return }
        var found: [Container] = []
        await withTaskGroup(of: Container?.self) { group in
            for (number, container) in all.enumerated() {
                if number >= Self.width, let one = await group.next() ?? nil { found.append(one) }
                group.addTask {
                    guard MonotonicTime.now < deadline else { return container }
                    do {
                        let details = try await within(.seconds(2), else: CancellationError()) {
                            try await client.inspectContainer(container.id)
                        }
                        return Container(details)
                    } catch let error as DockerError where error.code == .notFound {
                        return nil
                    } catch {
                        return container
                    }
                }
            }
            for await one in group { if let one { found.append(one) } }
        }
        containers = found
    }
}

extension EngineListing.Container {
    fileprivate init(_ summary: ContainerSummary) {
        id = summary.id
        name = summary.name
        image = summary.image
        isRunning = summary.state.isAlive
        createdAt = summary.createdAt?.nanoseconds
    }

    fileprivate init(_ details: ContainerDetails) {
        id = details.id
        name = details.name
        image = details.image
        isRunning = details.state.isAlive
        createdAt = details.createdAt?.nanoseconds
        startedAt = details.startedAt?.nanoseconds
        finishedAt = details.finishedAt?.nanoseconds
        exitCode = details.exitCode
    }
}

extension ContainerState {
    /// Whether it was started and has not ended.
    var isAlive: Bool { self == .running || self == .paused }
}
