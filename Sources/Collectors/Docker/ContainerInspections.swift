// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Inspects containers beside the loop that asks for it, some at a time, and
/// puts the answers into its inbox.
struct ContainerInspections {
    /// An engine answers nothing about a container that it is starting, for
    /// some 300 ms; others must not wait for that.
    private static let width = 32

    private let client: DockerClient
    private let directory: ContainerDirectory
    private let inbox: ContainerInbox
    private var waiting: [String] = []
    private var running = 0

    init(_ client: DockerClient, _ directory: ContainerDirectory, _ inbox: ContainerInbox) {
        self.client = client
        self.directory = directory
        self.inbox = inbox
    }

    /// Asks about a container, soon.
    mutating func ask(_ id: String) {
        waiting.append(id)
    }

    /// An answer was taken out of the inbox.
    mutating func ended() {
        running -= 1
    }

    /// Starts what there is room for.
    mutating func proceed(_ group: inout ThrowingTaskGroup<Void, any Error>) {
        while running < Self.width, !waiting.isEmpty {
            let id = waiting.removeFirst()
            running += 1
            group.addTask { [client, directory, inbox] in
                do {
                    let details = try await directory.inspect(id, using: client)
                    inbox.put(.inspected(id, .success(details)))
                } catch {
                    inbox.put(.inspected(id, .failure(error)))
                }
            }
        }
    }
}
