// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How all sources stand; collectors write, whoever reports reads.
package final class StatusBoard: Sendable {
    /// Sums over all sources, also those no longer listed.
    package struct Totals: Sendable, Hashable {
        package var counts = FramingCounts()
        /// Containers that were started and gone before their log was opened.
        package var missedContainers: Int64 = 0
        /// Docker events left out because they are a health check's own.
        package var healthCheckEvents: Int64 = 0
        /// Docker events seen again after a reconnect, and left out.
        package var repeatedEvents: Int64 = 0
        /// Docker events longer than the limit.
        package var oversizedEvents: Int64 = 0
        /// Times of which not all Docker events are known.
        package var eventGaps: Int64 = 0
        /// Docker events that were not told but must have happened.
        package var syntheticEvents: Int64 = 0
    }

    private struct State {
        var statuses: [StatusName: SourceStatus] = [:]
        var totals = Totals()
    }

    private let state = Mutex(State())
    private let onChange: @Sendable (SourceStatus) -> Void

    /// `onChange` is called when a source's state becomes another, from the
    /// thread or task of the collector: it must be quick and not call back.
    package init(onChange: @escaping @Sendable (SourceStatus) -> Void) {
        self.onChange = onChange
    }

    /// All sources, by name.
    package var statuses: [SourceStatus] {
        state.withLock { $0.statuses.values.sorted { $0.name < $1.name } }
    }

    package var totals: Totals { state.withLock { $0.totals } }

    /// Changes what is known of a source, adding it when it is new.
    func update(_ name: StatusName, _ change: (inout SourceStatus) -> Void) {
        let changed: SourceStatus? = state.withLock { state in
            var status = state.statuses[name] ?? SourceStatus(name: name)
            let before = status
            change(&status)
            state.statuses[name] = status
            state.totals.counts.add(status.counts)
            state.totals.counts.subtract(before.counts)
            return status.state == before.state ? nil : status
        }
        if let changed { onChange(changed) }
    }

    /// No longer lists a source; what it counted stays in the totals.
    func remove(_ name: StatusName) {
        state.withLock { _ = $0.statuses.removeValue(forKey: name) }
    }

    func updateTotals(_ change: (inout Totals) -> Void) {
        state.withLock { change(&$0.totals) }
    }
}
