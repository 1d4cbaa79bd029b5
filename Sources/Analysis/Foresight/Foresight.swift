// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What could be found out about the events of a batch ahead of their turn, by an
/// engine that knows nothing of the events before them.
///
/// Most events ask nothing of earlier ones: their rule is certain, and of their
/// alert all but two numbers. The others are left open.
package struct Foresight: Sendable {
    /// What was found out about one event.
    struct Finding: Sendable {
        enum Outcome: Sendable {
            /// It has to be analysed in its turn.
            case open
            /// No rule sees it: see ``AnalysisEngine/Configuration``.
            case passedOver
            case noRule
            /// It has a rule: an index into ``Ruleset/rules``. If that is at least of
            /// level 1 the event is remembered.
            case rule(Int, logs: Bool, isRemembered: Bool)
        }

        var outcome = Outcome.open
        var isUndecoded = false
        var evaluations = 0
        var losses = JSONExtractor.Losses()
        /// Whether campaigns are to be told of the event: of the next of
        /// ``Foresight/observations``.
        var isObserved = false

        var isOpen: Bool {
            if case .open = outcome { true } else { false }
        }
    }

    /// Where the numbers of an alert stand that only its turn tells.
    struct Blanks: Sendable {
        /// Range of the alert's `firedtimes`; nil when it has none.
        let firedCount: Range<Int>?
        /// Range of the position in the alert's `id`.
        let offset: Range<Int>
    }

    /// In the order of the batch.
    var findings: [Finding] = []
    /// The alerts of the findings that log, in their order.
    var alerts = AlertBatch()
    /// Of each alert, as ranges of ``alerts``' bytes.
    var blanks: [Blanks] = []
    /// The events of the findings that are remembered, in their order.
    var remembered: [CorrelationMemory.Restored] = []
    /// What campaigns are to be told, in the order of the findings.
    var observations: [WebObservation] = []
    /// What the whitelist let pass in events that are not open, by its entries.
    var allowed: [Int] = []

    package init() {}

    /// How many events are left open.
    package var openCount: Int {
        findings.count(where: \.isOpen)
    }

    /// Forgets everything and keeps the memory.
    mutating func removeAll() {
        findings.removeAll(keepingCapacity: true)
        alerts.removeAll()
        blanks.removeAll(keepingCapacity: true)
        remembered.removeAll(keepingCapacity: true)
        observations.removeAll(keepingCapacity: true)
        allowed.removeAll(keepingCapacity: true)
    }
}
