// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What became of an output's messages since the start; it outlasts its worker when the
/// output's settings change.
final class OutputTally: Sendable {
    struct Figures: Sendable {
        var messages = 0
        var alerts = 0
        var failures = 0
        var refused = 0
        var counted = 0
        /// In milliseconds since the epoch.
        var lastDelivery: Int64?
        /// The last failure's words; empty when the last delivery went well.
        var trouble = ""
    }

    private let figures = Mutex(Figures())

    var current: Figures { figures.withLock { $0 } }

    func update<Value: Sendable>(_ body: (inout Figures) -> Value) -> Value {
        figures.withLock { body(&$0) }
    }
}
