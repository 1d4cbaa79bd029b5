// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Spool

/// What an agent leaves for Prometheus every ten seconds: `metrics.prom` in its state.
struct AgentStatusFile: Sendable {
    private static let interval = Duration.seconds(10)

    private let collection: Collection
    private let spool: Spool
    private let data: DataFolder

    init(_ collection: Collection, _ spool: Spool, _ configuration: AllInOne.Configuration) {
        self.collection = collection
        self.spool = spool
        data = configuration.data
    }

    /// Works until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let text =
                SourceMetrics(collection.board, collection.queue).prometheusText()
                + SpoolMetrics(spool, collection.queue).prometheusText()
            let data = data
            // The next round tries again; nobody's events hang on it.
            try? await DedicatedThread.run("metrics") { try? data.writeMetrics(text) }
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.interval)
        }
    }
}
