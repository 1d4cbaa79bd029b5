// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOPosix
import Synchronization

/// Two threads for what blocks or takes long: passwords, files, logtest.
///
/// What is asked for waits in line; the limit of requests bounds the line.
final class BlockingWork: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 2)

    init() {
        pool.start()
    }

    /// Runs `body` on one of the threads.
    ///
    /// - Throws: what `body` does; `CancellationError` when it had not begun and
    ///   the task was cancelled.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await pool.runIfActive(body)
    }

    /// Ends the threads when what runs has ended.
    func end() async {
        // Only a pool that ended before says no.
        try? await pool.shutdownGracefully()
    }
}
