// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// A thread of its own for work on files, done one after the other.
final class BlockingQueue: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)

    init() {
        pool.start()
    }

    /// Does something and gives its result.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await pool.runIfActive(body)
    }

    /// Does something later; what fails is the body's own matter.
    func later(_ body: @escaping @Sendable () -> Void) {
        pool.submit { state in
            if case .active = state { body() }
        }
    }

    /// As above, and called at the end too, then with false: for who waits for it.
    func later(_ body: @escaping @Sendable (_ isActive: Bool) -> Void) {
        pool.submit { state in
            if case .active = state { body(true) } else { body(false) }
        }
    }

    /// Ends after what is being done.
    func end() async {
        // It fails only when it was ended before.
        try? await pool.shutdownGracefully()
    }
}
