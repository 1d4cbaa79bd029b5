// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

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
