// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Analysis
import Dispatch
package import EventModel
import Synchronization

/// Engines on queues of their own that look at batches ahead of their turn.
///
/// See ``Analysis/Foresight``: what they find does not depend on which of them
/// looks, nor on when. Batches are begun in the order they are given; an engine
/// that is done takes the next, so that none waits behind a slow one.
package final class Lookahead: Sendable {
    /// A batch with what was found out about its events.
    package struct Foreseen: Sendable {
        package var batch: EventBatch
        package var foresight: Foresight
    }

    /// A batch on its way through a shard.
    package final class Job: Sendable {
        /// Moved out while a shard works on it, so that nothing is copied.
        private let work: Mutex<Foreseen?>
        private let isDone = DispatchSemaphore(value: 0)

        fileprivate init(_ work: Foreseen) {
            self.work = Mutex(work)
        }

        fileprivate func run(on shard: Shard) {
            guard var work = self.work.withLock({ $0.take() }) else { return }
            shard.engine.withLock { $0.foresee(work.batch, into: &work.foresight) }
            self.work.withLock { $0 = work }
            isDone.signal()
        }

        /// Waits for what was found, and gives it away; to be called once.
        package func wait() -> Foreseen {
            isDone.wait()
            return work.withLock { $0.take() }
                ?? Foreseen(batch: EventBatch(), foresight: Foresight())
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
        /// Batches that nobody has begun, the first one first.
        var pending: [Job] = []
        /// Shards that wait for a batch.
        var idle: [Shard]
        /// Buffers to use again.
        var spares: [Foresight] = []
    }

    private let state: Mutex<State>
    /// How many batches keep all shards busy while one is taken up in its turn.
    package let capacity: Int

    /// Copies an engine so many times; nil when it allows no foresight, or for
    /// fewer than two shards.
    package init?(_ engine: borrowing AnalysisEngine, shards count: Int) {
        guard count > 1, engine.allowsForesight else { return nil }
        let shards = (0..<count).map { Shard(copy engine, number: $0) }
        state = Mutex(State(idle: shards))
        capacity = count + 3
    }

    /// Lets a shard look at a batch; it returns at once.
    package func start(_ batch: EventBatch) -> Job {
        let (job, shard) = state.withLock { state in
            let spare = state.spares.popLast() ?? Foresight()
            let job = Job(Foreseen(batch: batch, foresight: spare))
            state.pending.append(job)
            return (job, state.idle.popLast())
        }
        if let shard {
            shard.queue.async {
                while let job = self.next(for: shard) { job.run(on: shard) }
            }
        }
        return job
    }

    /// The batch to begin; nil when there is none, and the shard is idle then.
    private func next(for shard: Shard) -> Job? {
        state.withLock { state in
            guard state.pending.isEmpty else { return state.pending.removeFirst() }
            state.idle.append(shard)
            return nil
        }
    }

    /// Takes back what is not needed any more.
    package func recycle(_ foresight: consuming Foresight) {
        let spare = foresight
        state.withLock { $0.spares.append(spare) }
    }
}
