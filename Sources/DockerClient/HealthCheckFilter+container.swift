// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension HealthCheckFilter {
    /// What is known of one container's probes.
    struct Container: Sendable {
        /// Nil without a health check.
        private let check: HealthCheck?
        private let commandLine: String?
        /// Probes that had ended when the container was inspected.
        private var history: [HealthCheck.Run]
        private var startedAt: EngineTime?
        /// From when the interval before the next probe counts.
        private var quietSince: EngineTime?
        /// Probes whose `exec_die` has not come, oldest first.
        private var running: [Probe] = []
        /// Executions already judged to be none, whose `exec_start` is to come.
        private var reported: [String] = []

        private struct Probe: Sendable {
            let execID: String
            let created: EngineTime
        }

        /// Executions remembered for each container: a probe that outlived its
        /// time-out may still be dying while the next one runs.
        private static let executionLimit = 16

        /// A container that runs no probes, or of which nothing is known.
        init() {
            check = nil
            commandLine = nil
            history = []
        }

        init(_ details: ContainerDetails) {
            commandLine = details.healthCheck?.commandLine
            check = commandLine == nil ? nil : details.healthCheck
            history = details.healthRuns
            startedAt = details.startedAt
        }

        var hasCheck: Bool { check != nil }

        /// Probing begins anew: the first one comes after an interval.
        mutating func restarted(at time: EngineTime) {
            startedAt = time
            quietSince = time
            running = []
        }

        mutating func isProbe(_ step: ExecutionStep, at time: EngineTime) -> Bool {
            switch step.kind {
            case .create(let command):
                return admit(step.execID, command: command, at: time)
            case .start(let command):
                if running.contains(where: { $0.execID == step.execID }) { return true }
                if let index = reported.firstIndex(of: step.execID) {
                    reported.remove(at: index)
                    return false
                }
                // Watching began between its two events.
                return admit(step.execID, command: command, at: time)
            case .die:
                return end(step.execID, at: time)
            }
        }

        private mutating func admit(
            _ execID: String,
            command: Substring,
            at time: EngineTime
        ) -> Bool {
            guard let check, let commandLine, command == commandLine, !execID.isEmpty else {
                return false
            }
            guard claimFromHistory(time) || isDue(check, at: time) else {
                reported.append(execID)
                if reported.count > Self.executionLimit { reported.removeFirst() }
                return false
            }
            running.append(Probe(execID: execID, created: time))
            if running.count > Self.executionLimit { running.removeFirst() }
            return true
        }

        /// Whether a noted probe was running then; each note counts once.
        ///
        /// The engine notes a probe's start just before it creates the
        /// execution (0.3 ms on engine 20.10), and its end after it.
        private mutating func claimFromHistory(_ time: EngineTime) -> Bool {
            guard let index = history.firstIndex(where: { $0.start <= time && time <= $0.end })
            else { return false }
            let end = history.remove(at: index).end
            quietSince = max(quietSince ?? end, end)
            return true
        }

        private func isDue(_ check: HealthCheck, at time: EngineTime) -> Bool {
            guard let last = lastEnd(before: time, timeout: check.timeout) else { return true }
            let interval = currentInterval(of: check, at: time)
            // The engine's timers start a little before its events' time.
            let tolerance = min(interval / 20, 1_000_000_000)
            return time.nanoseconds(since: last) >= interval - tolerance
        }

        /// When the probe before this moment was over, as far as is known;
        /// before the first one, when the container started.
        private func lastEnd(before time: EngineTime, timeout: Int64) -> EngineTime? {
            let given = running.map { $0.created.advanced(by: timeout) }
            let ended = history.map(\.end).filter { $0 < time }
            let known = given + ended + [quietSince, startedAt].compactMap { $0 }
            return known.max()
        }

        /// Within the start period engines from API 1.44 on use the start
        /// interval; the shorter of the two admits either kind of engine.
        private func currentInterval(of check: HealthCheck, at time: EngineTime) -> Int64 {
            guard let startedAt, time.nanoseconds(since: startedAt) < check.startPeriod else {
                return check.interval
            }
            return min(check.interval, check.startInterval)
        }

        /// A probe is over when its process died or its time-out did,
        /// whichever came first.
        private mutating func end(_ execID: String, at time: EngineTime) -> Bool {
            guard let check, let index = running.firstIndex(where: { $0.execID == execID })
            else { return false }
            let created = running.remove(at: index).created
            let end = min(time, created.advanced(by: check.timeout))
            quietSince = max(quietSince ?? end, end)
            return true
        }
    }
}
