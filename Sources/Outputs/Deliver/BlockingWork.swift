// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs what blocks on threads of its own, never on the cooperative pool.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "jaga.outputs", attributes: .concurrent)

    /// Runs side by side with others; each output has one at a time.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
