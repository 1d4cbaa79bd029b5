// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that another thread makes, for the one that waits for it.
final class Handback<Value: Sendable>: Sendable {
    private let slot = Mutex<Value?>(nil)

    func give(_ value: Value) {
        slot.withLock { $0 = value }
    }

    /// The value; nil before it was given.
    func take() -> Value? { slot.withLock { $0 } }
}

/// A value on its way from the one that made it to the one thread that owns it
/// from then on.
final class Handover<Value>: Sendable {
    private let slot: Mutex<Value?>

    init(_ value: sending Value) {
        slot = Mutex(value)
    }

    /// The value; nil for every call but the first.
    func take() -> sending Value? {
        slot.withLock { slot in
            let value = slot
            slot = nil
            return value
        }
    }
}
