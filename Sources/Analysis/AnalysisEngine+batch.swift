// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Events by the batch, in order.
extension AnalysisEngine {
    /// Analyses a batch, event by event, and appends its alerts.
    package mutating func analyze(
        _ batch: borrowing EventBatch,
        into alerts: inout AlertBatch
    ) {
        var archives: ArchiveBatch?
        analyze(batch, into: &alerts, archives: &archives)
    }

    /// As ``analyze(_:into:)``; with `archives`, also appends every event to it.
    package mutating func analyze(
        _ batch: borrowing EventBatch,
        into alerts: inout AlertBatch,
        archives: inout ArchiveBatch?
    ) {
        let texts = batch.bytes
        let entries = batch.entries
        let sources = batch.sources
        var current = -1
        var context: SourceContext?
        for index in entries.indices {
            let entry = entries[index]
            if entry.source != current {
                current = entry.source
                context = contexts.context(of: sources[current])
            }
            guard let context else { continue }
            mark(batch, index)
            let text = texts.span.extracting(entry.text)
            analyze(text, entry, index, context, &alerts, &archives)
        }
    }

    /// Takes what the alerts of a batch's entry `index` say of the entry itself.
    mutating func mark(_ batch: borrowing EventBatch, _ index: Int) {
        sequence = batch.sequence(of: index)
        isTruncated = batch.entries[index].isTruncated
    }

    /// Analyses the event of a batch's entry `index`.
    mutating func analyze(
        _ text: Span<UInt8>,
        _ entry: EventBatch.Entry,
        _ index: Int,
        _ context: SourceContext,
        _ alerts: inout AlertBatch,
        _ archives: inout ArchiveBatch?
    ) {
        if web.isDue(at: entry.time.seconds) {
            tellCampaigns(web.closeQuiet(at: entry.time.seconds), entry, index, nil, to: &alerts)
        }
        let decision = decide(text, context, entry.time)
        if event.isDropped { return }
        if archives != nil { archive(decision, context, entry.time, to: &archives) }
        if let decision, decision.logs {
            append(decision, context, entry, index, to: &alerts)
            remember(context, entry.time, decision)
        }
        for decision in decideSigma(at: entry.time) where decision.logs {
            append(decision, context, entry, index, to: &alerts)
        }
        let notices = event.category == .webLog ? observe(decision, context, entry) : []
        if hasOffenders { reportOffenders(entry, index, to: &alerts) }
        if !notices.isEmpty { tellCampaigns(notices, entry, index, context, to: &alerts) }
    }

    /// Counts an event that another engine looked at.
    mutating func count(_ finding: Foresight.Finding) {
        counts.events &+= 1
        if finding.isUndecoded { counts.undecodedEvents &+= 1 }
        if case .passedOver = finding.outcome { counts.partialFirewallEvents &+= 1 }
        matcher.countEvaluations(finding.evaluations)
        decoder.json.count(finding.losses)
    }

    mutating func countAlert() {
        counts.alerts &+= 1
    }
}
