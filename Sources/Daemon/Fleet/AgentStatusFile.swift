// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors

/// What an agent leaves for Prometheus every ten seconds: `metrics.prom` in its state.
struct AgentStatusFile: Sendable {
    private static let interval = Duration.seconds(10)

    private let parts: AgentParts
    private let data: DataFolder

    init(_ parts: AgentParts, _ configuration: AllInOne.Configuration) {
        self.parts = parts
        data = configuration.data
    }

    /// Works until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let text =
                SourceMetrics(parts.collection.board, parts.collection.queue).prometheusText()
                + SpoolMetrics(parts.spool, parts.collection.queue).prometheusText()
                + WazuhMetrics(manager: nil, reporter: parts.reporter).prometheusText()
            let data = data
            // The next round tries again; nobody's events hang on it.
            try? await DedicatedThread.run("metrics") { try? data.writeMetrics(text) }
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.interval)
        }
    }
}
