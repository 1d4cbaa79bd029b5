// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Agents that wait for their key.
///
/// In a storm one write of the files serves all who came meanwhile. Connections bound how many there are.
final class EnrolmentQueue: Sendable {
    /// One that waits.
    struct Asked: Sendable {
        let line: [UInt8]
        let address: String
        /// Called once; nil at the end.
        let answer: @Sendable (String?) -> Void
    }

    private let waiting = Mutex<[Asked]>([])

    /// Adds one; whether nobody looks after them yet.
    func add(_ asked: Asked) -> Bool {
        waiting.withLock { waiting in
            waiting.append(asked)
            return waiting.count == 1
        }
    }

    func takeAll() -> [Asked] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
