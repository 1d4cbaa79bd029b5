// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Synchronization

/// What a session has to look at, in order; bounded.
///
/// What does not fit is counted and made good by looking at everything once.
final class WorkQueue: Sendable {
    enum Work: Sendable {
        case event(DockerEvent)
        /// Look at a container's files.
        case drift(String)
        /// Look at all containers.
        case survey
        /// Keep what is known.
        case save
    }

    private static let limit = 4_096

    private let stream: AsyncStream<Work>
    private let sink: AsyncStream<Work>.Continuation
    private let lost = Mutex(0)

    init() {
        (stream, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
    }

    func put(_ work: Work) {
        if case .dropped = sink.yield(work) { lost.withLock { $0 += 1 } }
    }

    func finish() { sink.finish() }

    /// How many did not fit since it was last asked.
    func takeLost() -> Int {
        lost.withLock { count in
            defer { count = 0 }
            return count
        }
    }

    var work: AsyncStream<Work> { stream }
}
