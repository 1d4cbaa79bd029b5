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
        /// When the first of all runs began.
        var firstRun: Int64?
        /// All records of the spool before this sequence have had their effect.
        var spooledBefore: UInt64 = 0
    }

    /// What a delivery on its way, or a collector itself, says of a source.
    private struct Pending {
        let change: Checkpoint.Change
        /// Whether no delivery will say it again.
        let isDirect: Bool
    }

    private struct State {
        var contents: Contents
        /// By the source, what came after ``contents``.
        var pending: [SourceKey: Pending] = [:]
        /// Grows with every change.
        var version = 0

        mutating func apply(_ change: Checkpoint.Change, to source: SourceKey) {
            switch change {
            case .advance(let position):
                guard contents.positions.updateValue(position, forKey: source) != position
                else { return }
            case .forget:
                guard contents.positions.removeValue(forKey: source) != nil else { return }
            }
            version += 1
        }
    }

    /// When the run before this one was last alive; nil at the first start.
    let previousRun: Int64?
    /// When the first run of all began; nil when this is it.
    ///
    /// What arose since then and has no position was not seen yet, though a run may have
    /// been alive: it was killed before it came to it.
    let firstRun: Int64?
    private let state: Mutex<State>
    private let newSource = Mutex<(@Sendable () -> Void)?>(nil)

    /// A ledger that knows nothing, as at the first start.
    package convenience init() {
        self.init(Contents())
    }

    init(_ contents: Contents) {
        previousRun = contents.lastActive
        firstRun = contents.firstRun ?? contents.lastActive
        state = Mutex(State(contents: contents))
    }

    /// How many sources have a position.
    package var count: Int { state.withLock { $0.contents.positions.count } }

    /// What there is to write, with the number of the version it is.
    var snapshot: (contents: Contents, version: Int) {
        state.withLock { ($0.contents, $0.version) }
    }

    /// The first sequence of the spool whose record had no effect here yet.
    package var spooledBefore: UInt64 { state.withLock { $0.contents.spooledBefore } }

    /// How far a source was read, also by deliveries that are on their way.
    func position(of source: SourceKey) -> Position? {
        state.withLock { state in
            switch state.pending[source]?.change {
            case .advance(let position): position
            case .forget: nil
            case nil: state.contents.positions[source]
            }
        }
    }

    /// Remembers how far a source counts as read without a delivery, as when its
    /// reading begins.
    func record(_ position: Position, for source: SourceKey) {
        let isNew = state.withLock { state in
            if state.pending[source] != nil {
                state.pending[source] = Pending(change: .advance(position), isDirect: true)
                return false
            }
            let isNew = state.contents.positions[source] == nil
            state.apply(.advance(position), to: source)
            return isNew
        }
        // Jaga may be killed in the next moment.
        if isNew { newSource.withLock { $0 }?() }
    }

    /// Calls `body` when a source has its first position.
    func onNewSource(_ body: @escaping @Sendable () -> Void) {
        newSource.withLock { $0 = body }
    }

    /// Notes what a delivery that is on its way says.
    func take(_ change: Checkpoint.Change, of source: SourceKey) {
        state.withLock { $0.pending[source] = Pending(change: change, isDirect: false) }
    }

    /// Notes that a delivery is kept, in a record of the spool before `end`; 0 when it
    /// has none.
    func acknowledge(_ change: Checkpoint.Change, of source: SourceKey, before end: UInt64) {
        state.withLock { state in
            state.apply(change, to: source)
            if end > state.contents.spooledBefore {
                state.contents.spooledBefore = end
                state.version += 1
            }
            guard let pending = state.pending[source] else { return }
            if pending.isDirect { state.apply(pending.change, to: source) }
            if pending.isDirect || pending.change == change { state.pending[source] = nil }
        }
    }

    /// Takes over what a record of the spool says, unless the file of positions has it
    /// already; `sequence` is the record's own.
    ///
    /// - Returns: Whether it was understood.
    @discardableResult
    package func restore(_ checkpoint: [UInt8], sequence: UInt64) -> Bool {
        guard let (source, change) = PositionFile.change(checkpoint) else { return false }
        state.withLock { state in
            guard sequence >= state.contents.spooledBefore else { return }
            state.apply(change, to: source)
            state.contents.spooledBefore = sequence + 1
        }
        return true
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
