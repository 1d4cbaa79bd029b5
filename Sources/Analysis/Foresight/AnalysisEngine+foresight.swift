// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Analysis on several cores: engines beside this one look at later batches ahead
/// of their turn, this one takes what they found in the order of the events.
///
/// The result is the same as without them. What depends on earlier events — the
/// frequency tests, `if_fts`, `check_diff`, `ignore`, `accumulate`, Sigma's
/// correlations — is only ever asked here, in order.
extension AnalysisEngine {
    /// Whether looking ahead can find out anything with this configuration.
    package var allowsForesight: Bool {
        configuration.mode == .daemon && places == nil && sigma.plan.isEmpty
    }

    // MARK: Ahead

    /// Finds out about the events of a batch what does not depend on earlier ones.
    ///
    /// The engine is one made for this, with a memory that nobody reads.
    package mutating func foresee(
        _ batch: borrowing EventBatch,
        into foresight: inout Foresight
    ) {
        foresight.removeAll()
        matcher.looksAhead = true
        let texts = batch.bytes
        let entries = batch.entries
        let sources = batch.sources
        for index in entries.indices {
            let entry = entries[index]
            let context = contexts.context(of: sources[entry.source])
            sequence = batch.sequence(of: index)
            var finding = Foresight.Finding()
            let earlier = (matcher.evaluations, decoder.json.losses)
            finding.outcome = foresee(texts.span.extracting(entry.text), context, entry.time)
            finding.isUndecoded = event.decoder == nil
            finding.evaluations = matcher.evaluations &- earlier.0
            finding.losses = decoder.json.losses.since(earlier.1)
            if case .rule(let rule, let logs, let isRemembered) = finding.outcome {
                if logs { appendAhead(rule, context, entry, index, &foresight) }
                if isRemembered {
                    let circumstances = RuleMatcher.Circumstances(
                        agent: context.agent,
                        time: entry.time
                    )
                    foresight.remembered.append(matcher.remembered(&event, rule, circumstances))
                }
            }
            foresight.findings.append(finding)
        }
    }

    private mutating func foresee(
        _ text: Span<UInt8>,
        _ context: SourceContext,
        _ time: Timestamp
    ) -> Foresight.Finding.Outcome {
        if context.source.kind != .log { return .open }
        decode(text, context, time)
        if accumulator.completes(event.decoder) { return .open }
        matcher.start()
        matcher.limits.continue(decoder.limits)
        if isPassedOver { return .passedOver }
        if event.generatedRuleID != nil { return .open }
        let circumstances = RuleMatcher.Circumstances(agent: context.agent, time: time)
        let winner = matcher.match(&event, circumstances)
        // What was cut is counted and told in turn.
        if matcher.needsMemory || hasOffenders { return .open }
        guard let winner else { return .noRule }
        let rule = matcher.plan.nodes[winner.node].rule
        let entry = matcher.plan.entries[rule]
        guard entry.level > 0 else { return .rule(rule, logs: false, isRemembered: false) }
        guard entry.ignoreSeconds == 0 else { return .open }
        return .rule(rule, logs: entry.logs, isRemembered: true)
    }

    private mutating func appendAhead(
        _ rule: Int,
        _ context: SourceContext,
        _ entry: EventBatch.Entry,
        _ index: Int,
        _ foresight: inout Foresight
    ) {
        let decision = Decision(rule: rule, logs: true, isRemembered: true)
        append(decision, context, entry, index, to: &foresight.alerts)
        foresight.blanks.append(
            Foresight.Blanks(firedCount: writer.firedCountPlace, offset: writer.offsetPlace)
        )
    }

    // MARK: In turn

    /// As ``analyze(_:into:)``, with what another engine found out about the batch.
    package mutating func analyze(
        _ batch: borrowing EventBatch,
        foreseen foresight: borrowing Foresight,
        into alerts: inout AlertBatch
    ) {
        precondition(foresight.findings.count == batch.entries.count)
        let texts = batch.bytes
        let entries = batch.entries
        let sources = batch.sources
        let (findings, remembered) = (foresight.findings, foresight.remembered)
        var nextAlert = 0
        var nextRemembered = 0
        var archives: ArchiveBatch?
        for index in entries.indices {
            let entry = entries[index]
            let context = contexts.context(of: sources[entry.source])
            let finding = findings[index]
            // One that looks ahead does not know what was switched off since.
            if finding.isOpen || hasSwitchedOff {
                let text = texts.span.extracting(entry.text)
                analyze(text, entry, index, context, &alerts, &archives)
                continue
            }
            count(finding)
            if case .passedOver = finding.outcome { continue }
            startHour(at: entry.time)
            guard case .rule(let rule, let logs, let isRemembered) = finding.outcome else {
                continue
            }
            matcher.countFiring(of: rule)
            if logs {
                complete(nextAlert, of: foresight, rule, to: &alerts)
                nextAlert += 1
            }
            if isRemembered {
                matcher.remember(remembered[nextRemembered], agent: context.agent)
                nextRemembered += 1
            }
        }
    }

    /// Appends an alert with its numbers.
    private mutating func complete(
        _ index: Int,
        of foresight: borrowing Foresight,
        _ rule: Int,
        to alerts: inout AlertBatch
    ) {
        countAlert()
        let entry = foresight.alerts.entries[index]
        let blanks = foresight.blanks[index]
        let textShift = alerts.text.count - entry.description.lowerBound
        let text = entry.description.lowerBound..<entry.sourceAddress.upperBound
        alerts.text.append(span: foresight.alerts.text.span.extracting(text))
        let start = alerts.bytes.count
        let bytes = foresight.alerts.bytes.span
        var copied = entry.json.lowerBound
        if let place = blanks.firedCount {
            alerts.bytes.append(span: bytes.extracting(copied..<place.lowerBound))
            alerts.bytes.appendDecimal(matcher.firedCounts[rule])
            copied = place.upperBound
        }
        alerts.bytes.append(span: bytes.extracting(copied..<blanks.offset.lowerBound))
        alerts.bytes.appendDecimal(alertOffset)
        copied = blanks.offset.upperBound
        alerts.bytes.append(span: bytes.extracting(copied..<entry.json.upperBound))
        let end = alerts.bytes.count
        alerts.bytes.append(UInt8(ascii: "\n"))
        alertOffset &+= end + 1 - start
        alerts.entries.append(
            AlertBatch.Entry(
                json: start..<end,
                description: entry.description.shifted(by: textShift),
                sourceAddress: entry.sourceAddress.shifted(by: textShift),
                ruleID: entry.ruleID,
                level: entry.level,
                time: entry.time,
                originNanoseconds: entry.originNanoseconds,
                source: entry.source,
                event: entry.event
            )
        )
    }
}
