// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What is known of how far every source was read; shared by all collectors.
///
/// Kept in memory, written by a ``PositionStore``.
package final class PositionLedger: Sendable {
    struct Contents: Sendable, Equatable {
        var positions: [SourceKey: Position] = [:]
        /// When an earlier run of Jaga was last alive, nanoseconds since the
        /// epoch; nil at the very first start.
        var lastActive: Int64?
    }

    private struct State {
        var contents: Contents
        /// Grows with every change.
        var version = 0
    }

    /// When the run before this one was last alive; nil at the first start.
    let previousRun: Int64?
    private let state: Mutex<State>

    /// A ledger that knows nothing, as at the first start.
    package convenience init() {
        self.init(Contents())
    }

    init(_ contents: Contents) {
        previousRun = contents.lastActive
        state = Mutex(State(contents: contents))
    }

    /// How many sources have a position.
    package var count: Int { state.withLock { $0.contents.positions.count } }

    /// What there is to write, with the number of the version it is.
    var snapshot: (contents: Contents, version: Int) {
        state.withLock { ($0.contents, $0.version) }
    }

    func position(of source: SourceKey) -> Position? {
        state.withLock { $0.contents.positions[source] }
    }

    func record(_ position: Position, for source: SourceKey) {
        state.withLock { state in
            guard state.contents.positions.updateValue(position, forKey: source) != position
            else { return }
            state.version += 1
        }
    }

    func forget(_ source: SourceKey) {
        state.withLock { state in
            if state.contents.positions.removeValue(forKey: source) != nil { state.version += 1 }
        }
    }

    /// Forgets all positions that `isGone` says.
    func forget(where isGone: (SourceKey) -> Bool) {
        state.withLock { state in
            let before = state.contents.positions.count
            state.contents.positions = state.contents.positions.filter { !isGone($0.key) }
            if state.contents.positions.count != before { state.version += 1 }
        }
    }
}
