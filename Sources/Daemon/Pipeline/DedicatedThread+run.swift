// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors

extension DedicatedThread {
    /// Runs `body` on a new thread and waits for its end without blocking.
    ///
    /// - Throws: ``CollectorError`` `no-thread`.
    static func run(_ name: String, _ body: @escaping @Sendable () -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try DedicatedThread(name: name) {
                    body()
                    continuation.resume()
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
