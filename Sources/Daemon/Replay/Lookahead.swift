// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Dispatch
import EventModel
import Synchronization

/// Engines on queues of their own that look at batches ahead of their turn.
///
/// See ``Analysis/Foresight``: what they find does not depend on which of them
/// looks, nor on when.
final class Lookahead: Sendable {
    /// A batch on its way through a shard.
    final class Job: Sendable {
        let batch: EventBatch
        private let found: Mutex<Foresight?>
        private let isDone = DispatchSemaphore(value: 0)

        fileprivate init(_ batch: EventBatch, _ spare: Foresight?) {
            self.batch = batch
            found = Mutex(spare)
        }

        fileprivate func run(on shard: Shard) {
            var foresight = found.withLock { $0.take() } ?? Foresight()
            shard.engine.withLock { $0.foresee(batch, into: &foresight) }
            found.withLock { $0 = foresight }
            isDone.signal()
        }

        /// Waits for what was found; once.
        func wait() -> Foresight {
            isDone.wait()
            return found.withLock { $0.take() } ?? Foresight()
        }
    }

    fileprivate final class Shard: Sendable {
        let engine: Mutex<AnalysisEngine>
        let queue: DispatchQueue

        init(_ engine: AnalysisEngine, number: Int) {
            self.engine = Mutex(engine)
            queue = DispatchQueue(label: "jaga.shard.\(number)")
        }
    }

    private struct State {
        var next = 0
        /// Buffers to use again.
        var spares: [Foresight] = []
    }

    private let shards: [Shard]
    private let state = Mutex(State())

    /// Copies an engine so many times; nil when it allows no foresight, or for
    /// fewer than two shards.
    init?(_ engine: borrowing AnalysisEngine, shards count: Int) {
        guard count > 1, engine.allowsForesight else { return nil }
        shards = (0..<count).map { Shard(copy engine, number: $0) }
    }

    /// How many batches keep all shards busy.
    var capacity: Int { shards.count + 1 }

    /// Lets a shard look at a batch; it returns at once.
    func start(_ batch: EventBatch) -> Job {
        let (shard, spare) = state.withLock { state in
            state.next = (state.next + 1) % shards.count
            return (shards[state.next], state.spares.popLast())
        }
        let job = Job(batch, spare)
        shard.queue.async { job.run(on: shard) }
        return job
    }

    /// Takes back what is not needed any more.
    func recycle(_ foresight: consuming Foresight) {
        let spare = foresight
        state.withLock { $0.spares.append(spare) }
    }
}
