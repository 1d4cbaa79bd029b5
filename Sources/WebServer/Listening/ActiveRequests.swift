// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many requests are being answered, streams excepted.
final class ActiveRequests: Sendable {
    static let limit = 64

    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }

    /// Counts one more; false when it is over the limit.
    ///
    /// Each call wants a ``leave()``.
    func enter() -> Bool {
        value.add(1, ordering: .relaxed).newValue <= Self.limit
    }

    func leave() {
        value.subtract(1, ordering: .relaxed)
    }
}
