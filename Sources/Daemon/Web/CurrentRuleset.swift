// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Ruleset
import Synchronization
import WebServer

/// The ruleset that the pipeline works with, for those who look at it.
final class CurrentRuleset: Sendable {
    /// A ruleset in use, and since when.
    struct Loaded: Sendable {
        let source: RulesetSource.Loaded
        /// Milliseconds since the epoch.
        let time: Int64
    }

    private struct State: Sendable {
        var loaded: Loaded
        var generation = 1
    }

    /// Bytes of the largest file of a ruleset that is shown.
    private static let fileLimit = 16 << 20

    private let state: Mutex<State>
    private let metrics: PipelineMetrics

    init(_ loaded: Loaded, metrics: PipelineMetrics) {
        state = Mutex(State(loaded: loaded))
        self.metrics = metrics
    }

    var loaded: Loaded { state.withLock { $0.loaded } }

    /// Another one was taken over.
    func replace(with loaded: Loaded) {
        state.withLock { state in
            state.loaded = loaded
            state.generation += 1
        }
    }

    /// What the server shows of it.
    var view: RulesetView {
        let (ruleset, generation) = state.withLock { ($0.loaded.source.ruleset, $0.generation) }
        let metrics = metrics
        return RulesetView(
            ruleset: ruleset,
            generation: generation,
            firedTimes: { metrics.snapshot.firedTimes },
            contents: { path in
                // What cannot be read now is shown as missing.
                try? FileSystem.contents(of: path, limit: Self.fileLimit)
            }
        )
    }
}
