// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs what blocks on threads of its own, never on the cooperative pool.
struct BlockingWork: Sendable {
    private let queue: DispatchQueue

    /// One after the other.
    static func serial(_ name: String) -> BlockingWork {
        BlockingWork(queue: DispatchQueue(label: "jaga." + name))
    }

    /// Side by side; callers bound how many.
    static func concurrent(_ name: String) -> BlockingWork {
        BlockingWork(queue: DispatchQueue(label: "jaga." + name, attributes: .concurrent))
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
