// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import WebServer

/// What is done now and then while Jaga runs: metrics, status, old alerts.
struct Maintenance: Sendable {
    private static let metricsInterval = Duration.seconds(10)
    private static let roundsBetweenPasses = 6

    private let running: Running
    private let data: DataFolder
    private let observer: DaemonObserver

    init(_ running: Running, _ data: DataFolder, _ observer: DaemonObserver) {
        self.running = running
        self.data = data
        self.observer = observer
    }

    /// Works until the task is cancelled, and writes metrics and status once more.
    func run() async {
        var round = 0
        var failure: String?
        while !Task.isCancelled {
            failure = await attempt(failure) { try writeMetrics() }
            if round % Self.roundsBetweenPasses == 0 {
                failure = await attempt(failure) {
                    try running.records.archive(at: HostClock.now())
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
        try data.writeMetrics(running.metricsText)
        try data.writeStatus(running.statusReport.json(at: HostClock.now().milliseconds))
    }
}
