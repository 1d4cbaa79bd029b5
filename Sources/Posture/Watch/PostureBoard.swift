// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Synchronization

/// How all containers stand now, for those who look at it.
package final class PostureBoard: Sendable {
    package struct Entry: Sendable {
        package let container: ContainerIdentity.Facts
        package let posture: ContainerPosture
        /// The engine's word: `running`.
        package let state: String
    }

    /// What was counted since the start.
    package struct Counts: Sendable, Hashable {
        package var examined = 0
        package var failed = 0
        package var events = 0
        /// Events of the engine that did not fit; everything was looked at instead.
        package var lost = 0

        package init() {}
    }

    private struct State {
        var engines: [String: [String: Entry]] = [:]
        var counts = Counts()
    }

    private let state = Mutex(State())

    package init() {}

    /// Every container, ordered by engine and name.
    package var entries: [Entry] {
        state.withLock { $0.engines }.sorted { $0.key < $1.key }.flatMap { _, entries in
            entries.values.sorted {
                ($0.container.name, $0.container.id) < ($1.container.name, $1.container.id)
            }
        }
    }

    package var counts: Counts { state.withLock { $0.counts } }

    func set(_ entry: Entry) {
        state.withLock {
            $0.engines[entry.container.engine, default: [:]][entry.container.id] = entry
        }
    }

    func remove(_ id: String, of engine: String) {
        state.withLock { _ = $0.engines[engine]?.removeValue(forKey: id) }
    }

    func retain(_ ids: Set<String>, of engine: String) {
        state.withLock { state in
            state.engines[engine] = state.engines[engine]?.filter { ids.contains($0.key) }
        }
    }

    func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }

    /// What is counted, in Prometheus' text form.
    package var metricsText: String {
        let (entries, counts) = (entries, counts)
        let ignored = entries.reduce(0) { $0 + $1.posture.ignored.count }
        var text = "# HELP jaga_posture_findings Findings on how containers are run.\n"
        text += "# TYPE jaga_posture_findings gauge\n"
        for severity in Severity.allCases {
            let count = entries.reduce(0) { sum, entry in
                sum + entry.posture.findings.count { $0.severity == severity }
            }
            text += "jaga_posture_findings{severity=\"\(severity.rawValue)\"} \(count)\n"
        }
        for (name, kind, help, value) in [
            ("ignored", "gauge", "Findings that labels take out.", ignored),
            ("examined_total", "counter", "Containers examined.", counts.examined),
            ("failed_total", "counter", "Examinations that failed.", counts.failed),
            ("events_total", "counter", "Events sent.", counts.events),
            ("lost_total", "counter", "Events of the engine that did not fit.", counts.lost),
        ] {
            text += "# HELP jaga_posture_\(name) \(help)\n# TYPE jaga_posture_\(name) \(kind)\n"
            text += "jaga_posture_\(name) \(value)\n"
        }
        return text
    }
}
