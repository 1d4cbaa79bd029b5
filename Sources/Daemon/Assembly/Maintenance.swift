// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Collectors
import EventModel
import Glibc

/// What is done now and then while Jaga runs: metrics, old alerts.
struct Maintenance: Sendable {
    private static let metricsInterval = Duration.seconds(10)
    private static let roundsBetweenPasses = 6

    private let parts: Parts
    private let data: DataFolder
    private let observer: DaemonObserver

    init(_ parts: Parts, _ data: DataFolder, _ observer: DaemonObserver) {
        self.parts = parts
        self.data = data
        self.observer = observer
    }

    /// Works until the task is cancelled, and writes the metrics once more.
    func run() async {
        let archiver = AlertArchiver(AlertArchiver.Configuration(folder: data.alerts))
        var round = 0
        var failure: String?
        while !Task.isCancelled {
            failure = await attempt(failure) { try writeMetrics() }
            if round % Self.roundsBetweenPasses == 0 {
                failure = await attempt(failure) {
                    let report = try archiver.pass(at: HostClock.now())
                    if let first = report.failures.first { throw first }
                }
            }
            round += 1
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.metricsInterval)
        }
        // Nobody is left to be told.
        _ = await attempt(failure) { try writeMetrics() }
    }

    /// Does a thing that blocks; a failure is said when it is another than the
    /// one before.
    private func attempt(
        _ previous: String?,
        _ body: @escaping @Sendable () throws -> Void
    ) async -> String? {
        let outcome = Outcome()
        do {
            try await DedicatedThread.run("maintenance") {
                do { try body() } catch { outcome.set("\(error)") }
            }
        } catch {
            outcome.set("\(error)")
        }
        let failure = outcome.value
        if let failure, failure != previous { observer.notice(.maintenanceFailed(failure)) }
        return failure
    }

    private func writeMetrics() throws {
        try data.writeMetrics(
            parts.metrics.snapshot.prometheusText()
                + SourceMetrics(parts.board, parts.queue).prometheusText()
        )
    }
}
