// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// How far a manager is known to have the events of the spool, also after a restart.
///
/// The file `DATA/state/reported` holds a sequence in decimal digits. It is written once a
/// second at most: what a crash forgets is reported again.
final class ReportPosition: Sendable {
    private struct State {
        var next: UInt64
        var written: UInt64
        /// Events before ``next`` that were not told yet.
        var events = 0
    }

    private let path: String
    private let state: Mutex<State>

    /// Reads the file, which blocks; `first` is where to begin when there is none.
    init(path: String, first: @autoclosure () -> UInt64) {
        self.path = path
        let next = Self.read(path) ?? first()
        state = Mutex(State(next: next, written: 0))
    }

    /// What the file says; nil when there is none, or it says nothing.
    static func read(_ path: String) -> UInt64? {
        guard let bytes = try? FileSystem.contents(of: path, limit: 64) else { return nil }
        return UInt64(String(decoding: bytes, as: UTF8.self).trimmingBlanks())
    }

    /// The first event that no manager is known to have.
    var next: UInt64 { state.withLock { $0.next } }

    /// Everything before is known to have arrived, of which so many were events.
    func advance(to sequence: UInt64, events: Int) {
        state.withLock { state in
            state.next = max(state.next, sequence)
            state.events += events
        }
    }

    /// How far it has come, and the events since this was asked last.
    func progress() -> (next: UInt64, events: Int) {
        state.withLock { state in
            defer { state.events = 0 }
            return (state.next, state.events)
        }
    }

    /// Writes it down when it has moved; it blocks.
    ///
    /// - Throws: ``DaemonError`` `data-folder`; it is tried again the next time.
    func save() throws {
        let (next, isWritten) = state.withLock { ($0.next, $0.next == $0.written) }
        if isWritten { return }
        try FileSystem.replace(path, with: Array("\(next)\n".utf8), mode: 0o640)
        state.withLock { $0.written = next }
    }
}
