// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Spool

/// Between the thread that writes the spool and the one that analyses: what was just
/// written goes over in memory, and when that is too much, only the disk has it until
/// the analysis has read it from there.
///
/// So the writer never waits for the analysis.
final class SpoolFeed: Sendable {
    /// What the analysis does next.
    enum Work: Sendable {
        /// Events in order, each batch with its sequence.
        case batches([EventBatch])
        /// Read the disk, from a place on or from where reading ended, until the end of
        /// what is written; then say SpoolFeed/caughtUp(before:).
        case disk(from: Resumption?, before: UInt64)
    }

    /// The first record that was not handed over in memory.
    struct Resumption: Sendable {
        let place: SpoolPlace
        let sequence: UInt64
    }

    private struct State {
        var batches: [EventBatch] = []
        var bytes = 0
        var isOnDisk = true
        var resumption: Resumption?
        /// The first sequence that was not written yet.
        var written: UInt64
        var acknowledgements = 0
        var isClosed = false
    }

    private let monitor: Monitor<State>
    private let memoryBytes: Int

    /// Begins on the disk, with what an earlier run left there.
    init(next: UInt64, memoryBytes: Int = 8 << 20) {
        monitor = Monitor(State(written: next))
        self.memoryBytes = memoryBytes
    }

    // MARK: The writer's side

    /// Hands over what was written.
    func offer(_ batch: EventBatch, _ item: SpooledItem) {
        monitor.withLock { state in
            state.written = item.end
            guard !state.isOnDisk, !batch.isEmpty else { return }
            let size = batch.bytes.count + batch.entries.count * 64
            guard state.bytes + size <= memoryBytes || state.batches.isEmpty else {
                state.isOnDisk = true
                state.resumption = Resumption(place: item.place, sequence: item.sequence)
                return
            }
            var numbered = batch
            numbered.firstSequence = item.sequence
            state.batches.append(numbered)
            state.bytes += size
        }
        monitor.wakeAll()
    }

    /// Nothing more will be written.
    func close() {
        monitor.withLock { $0.isClosed = true }
        monitor.wakeAll()
    }

    /// Waits until the analysis has done something, at most so long.
    func waitForRoom(since count: Int, within limit: Duration) {
        _ = monitor.wait(until: MonotonicTime.now.advanced(by: limit)) { state in
            state.acknowledgements != count ? true : nil
        }
    }

    /// How often the analysis has done something.
    var acknowledgements: Int { monitor.withLock { $0.acknowledgements } }

    // MARK: The analysis' side

    /// Waits for work; nil when all is done and nothing more comes, which is at once
    /// after closing when there is only the disk left to read and `leavesDisk` says so.
    func next(leavesDisk: () -> Bool) -> Work? {
        let work: Work?? = monitor.wait { state in
            if !state.batches.isEmpty {
                defer {
                    state.batches = []
                    state.bytes = 0
                }
                return .some(.batches(state.batches))
            }
            if state.isOnDisk {
                if state.isClosed, leavesDisk() { return .some(nil) }
                defer { state.resumption = nil }
                return .some(.disk(from: state.resumption, before: state.written))
            }
            return state.isClosed ? .some(nil) : .none
        }
        return work ?? nil
    }

    /// Says that everything before a sequence was read from the disk.
    func caughtUp(before sequence: UInt64) {
        monitor.withLock { state in
            if state.written == sequence { state.isOnDisk = false }
        }
    }

    /// Says that events are done.
    func acknowledged() {
        monitor.withLock { $0.acknowledgements += 1 }
        monitor.wakeAll()
    }
}
