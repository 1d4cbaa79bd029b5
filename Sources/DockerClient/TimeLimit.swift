// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Runs `operation`, and cancels it when `limit` is over.
///
/// - Throws: what `operation` throws; `failure` when it was too late.
package func within<Result: Sendable>(
    _ limit: Duration,
    else failure: any Error,
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: operation)
        group.addTask {
            try await Task.sleep(for: limit)
            throw failure
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
