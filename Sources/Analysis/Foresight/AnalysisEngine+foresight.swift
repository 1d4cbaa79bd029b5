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
            mark(batch, index)
            var finding = Foresight.Finding()
            let earlier = (matcher.evaluations, decoder.json.losses)
            let allowed = web.allowances.counts
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
            if !finding.isOpen, event.category == .webLog {
                observeAhead(&finding, context, entry, since: allowed, &foresight)
            }
            foresight.findings.append(finding)
        }
    }

    /// Leaves what campaigns are to be told of an event to the engine whose turn it is.
    private func observeAhead(
        _ finding: inout Foresight.Finding,
        _ context: SourceContext,
        _ entry: EventBatch.Entry,
        since allowed: [Int],
        _ foresight: inout Foresight
    ) {
        if !allowed.isEmpty {
            let new = zip(web.allowances.counts, allowed).map { $0 &- $1 }
            foresight.allowed =
                foresight.allowed.isEmpty ? new : zip(foresight.allowed, new).map { $0 &+ $1 }
        }
        guard case .rule(let rule, _, let isRemembered) = finding.outcome else {
            guard case .noRule = finding.outcome else { return }
            return add(observation(nil, context, entry.sentSeconds), to: &finding, &foresight)
        }
        let decision = Decision(rule: rule, logs: false, isRemembered: isRemembered)
        add(observation(decision, context, entry.sentSeconds), to: &finding, &foresight)
    }

    private func add(
        _ observation: WebObservation?,
        to finding: inout Foresight.Finding,
        _ foresight: inout Foresight
    ) {
        guard let observation else { return }
        finding.isObserved = true
        foresight.observations.append(observation)
    }

    private mutating func foresee(
        _ text: Span<UInt8>,
        _ context: SourceContext,
        _ time: Timestamp
    ) -> Foresight.Finding.Outcome {
        if context.source.kind != .log { return .open }
        decode(text, context, time)
        if event.category == .webLog, web.fields.dependsOnEarlier(event) { return .open }
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
        // What is allowed counts as fired, and is found again in turn.
        if event.category == .webLog,
            isAllowed(Decision(rule: rule, logs: false, isRemembered: false))
        {
            return .open
        }
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
        var nextObservation = 0
        web.allowances.add(foresight.allowed)
        var archives: ArchiveBatch?
        for index in entries.indices {
            let entry = entries[index]
            let context = contexts.context(of: sources[entry.source])
            let finding = findings[index]
            // One that looks ahead does not know what was switched off since.
            if finding.isOpen || hasSwitchedOff {
                mark(batch, index)
                let text = texts.span.extracting(entry.text)
                analyze(text, entry, index, context, &alerts, &archives)
                continue
            }
            if web.isDue(at: entry.time.seconds) {
                let notices = web.closeQuiet(at: entry.time.seconds)
                tellCampaigns(notices, entry, index, nil, to: &alerts)
            }
            count(finding)
            var observation: WebObservation?
            if finding.isObserved {
                observation = foresight.observations[nextObservation]
                nextObservation += 1
            }
            defer { observe(observation, context, entry, index, to: &alerts) }
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

    private mutating func observe(
        _ observation: WebObservation?,
        _ context: SourceContext,
        _ entry: EventBatch.Entry,
        _ index: Int,
        to alerts: inout AlertBatch
    ) {
        guard let observation else { return }
        let notices = take(observation, context, entry.time.seconds)
        tellCampaigns(notices, entry, index, context, to: &alerts)
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
