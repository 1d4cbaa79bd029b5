// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A count that any thread may raise.
final class EventCounter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    func increment() {
        add(1)
    }

    func add(_ number: Int) {
        count.wrappingAdd(number, ordering: .relaxed)
    }
}
