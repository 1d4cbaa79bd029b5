// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// What comes to a log whose lines are joined: its frames, and the time.
///
/// At most one of each waits: who brings it goes on when it was taken.
struct LogInputs: Sendable {
    enum Input: Sendable {
        case frames([LogFrame])
        case tick
    }

    /// Ends when the log does; one iterator.
    let stream: AsyncStream<Input>
    private let inputs: AsyncStream<Input>.Continuation
    private let takenFrames: (AsyncStream<Void>, AsyncStream<Void>.Continuation)
    private let takenTicks: (AsyncStream<Void>, AsyncStream<Void>.Continuation)

    init() {
        (stream, inputs) = AsyncStream.makeStream()
        takenFrames = AsyncStream.makeStream()
        takenTicks = AsyncStream.makeStream()
    }

    /// Says that an input was dealt with.
    func taken(_ input: Input) {
        switch input {
        case .frames: takenFrames.1.yield()
        case .tick: takenTicks.1.yield()
        }
    }

    /// Brings a log's frames until it ends.
    ///
    /// - Throws: ``DockerError``.
    func read(_ log: ContainerLogStream) async throws {
        defer { inputs.finish() }
        var taken = takenFrames.0.makeAsyncIterator()
        for try await frames in log {
            inputs.yield(.frames(frames))
            guard await taken.next() != nil else { return }
        }
    }

    /// Brings the time until the task is cancelled.
    func tick(every interval: Duration) async {
        var taken = takenTicks.0.makeAsyncIterator()
        while await pause(interval) {
            inputs.yield(.tick)
            guard await taken.next() != nil else { return }
        }
    }
}
