// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What belongs together in access lines, and is told once.
///
/// A campaign's alert is an event of the engine's own: its decoder `jaga-campaign`, which
/// no log can have, its rule found by the ruleset as for any event.
extension AnalysisEngine {
    /// Tells campaigns of the current event, an access line; what they have to say.
    mutating func observe(
        _ decision: Decision?,
        _ context: SourceContext,
        _ entry: EventBatch.Entry
    ) -> [CampaignTable.Notice] {
        guard web.campaigns != nil,
            let observation = observation(decision, context, entry.sentSeconds)
        else { return [] }
        return take(observation, context, entry.time.seconds)
    }

    /// What campaigns are to be told of the current event.
    func observation(
        _ decision: Decision?,
        _ context: SourceContext,
        _ seconds: Int64
    ) -> WebObservation? {
        let rule = decision.flatMap { matcher.plan.entries[$0.rule].level > 0 ? $0.rule : nil }
        return web.observation(
            of: event,
            agent: context.agentHash,
            rule: rule,
            time: seconds
        )
    }

    mutating func take(
        _ observation: WebObservation,
        _ context: SourceContext,
        _ arrival: Int64
    ) -> [CampaignTable.Notice] {
        web.campaigns?.take(
            observation,
            from: context.source,
            container: context.containerName,
            arrival: arrival
        ) ?? []
    }

    /// Whether the operator allows what a rule says of the current event.
    mutating func isAllowed(_ decision: Decision) -> Bool {
        guard !web.allowances.isEmpty else { return false }
        return web.allowances.allows(
            rule: ruleset.rules[decision.rule].id,
            event,
            web.attacks?.found.first
        )
    }

    // MARK: Telling

    /// Writes the alerts of campaigns; the event at hand is gone then.
    ///
    /// Without a context that of each campaign's source is used.
    mutating func tellCampaigns(
        _ notices: [CampaignTable.Notice],
        _ entry: EventBatch.Entry,
        _ index: Int,
        _ context: SourceContext?,
        to alerts: inout AlertBatch
    ) {
        let wasTruncated = isTruncated
        isTruncated = false
        defer { isTruncated = wasTruncated }
        for notice in notices {
            keepSummary(of: notice)
            let context = place(of: notice, context)
            guard let decision = decide(notice, context, entry.time) else { continue }
            if decision.logs { append(decision, context, entry, index, to: &alerts) }
            if decision.isRemembered { remember(context, entry.time, decision) }
        }
    }

    /// Where a campaign's news comes from: the source of the request that opened it, or its
    /// log.
    mutating func place(
        of notice: CampaignTable.Notice,
        _ context: SourceContext?
    ) -> SourceContext {
        if notice.isOpening, let context { return context }
        let campaign = notice.campaign
        return contexts.context(
            of: EventSource(agent: campaign.agent, location: campaign.location)
        )
    }

    /// Makes a campaign's news the event at hand, and finds its rule.
    mutating func decide(
        _ notice: CampaignTable.Notice,
        _ context: SourceContext,
        _ time: Timestamp
    ) -> Decision? {
        makeEvent(of: notice, context, time)
        matcher.start()
        guard event.decoder != nil else { return decideOwn(notice) }
        matcher.limits.begin()
        let circumstances = RuleMatcher.Circumstances(agent: context.agent, time: time)
        guard let winner = matcher.match(&event, circumstances) else { return nil }
        return decide(winner, time)
    }

    /// The engine's own rule, for a ruleset that has no place for campaigns.
    private mutating func decideOwn(_ notice: CampaignTable.Notice) -> Decision? {
        let id = notice.isOpening ? OwnRules.campaignOpened : OwnRules.campaignClosed
        guard let rule = ruleset.rules.lastIndex(where: { $0.id == id }) else { return nil }
        matcher.countFiring(of: rule)
        return Decision(rule: rule, logs: true, isRemembered: false)
    }

    private mutating func makeEvent(
        of notice: CampaignTable.Notice,
        _ context: SourceContext,
        _ time: Timestamp
    ) {
        let report = CampaignReport(
            campaign: notice.campaign,
            isOpening: notice.isOpening,
            utcOffsetSeconds: time.utcOffsetSeconds
        )
        let text = report.text
        start(text.span, LogHeader(log: 0..<text.count), context)
        if web.campaignDecoder >= 0 {
            event.decoder = web.campaignDecoder
            event.category = ruleset.decoders[web.campaignDecoder].category
        }
        event[.srcip] = event.store(notice.campaign.address.span)
        for field in report.fields {
            let name = Array("campaign.\(field.name)".utf8)
            let written = event.store(name.span)
            let value = event.store(field.value.span)
            let known = ruleset.fieldNames.find(name.span)
            event.append(known, writtenName: .text(written), value: value)
        }
    }

    // MARK: Memory

    /// Goes on with the sources that another engine watched, and with what it knows of
    /// the layout of logs.
    mutating func adoptCampaigns(_ state: EngineState) {
        for layout in state.layouts { web.fields.restore(layout: layout.line, at: layout.location) }
        guard let table = web.campaigns else { return }
        for var campaign in state.campaigns {
            let agent = SourceContext.hash(ofAgent: campaign.agent.id)
            // The address as it was cut: a longer one is nobody's.
            campaign.source = table.hash(agent: agent, campaign.address.span)
            web.campaigns?.restore(campaign)
        }
    }

    /// Ends all campaigns, as when old logs are read to their end; no alert tells.
    package mutating func endCampaigns() -> [CampaignSummary] {
        for notice in web.campaigns?.closeAll() ?? [] { keepSummary(of: notice) }
        defer { web.summaries.removeAll() }
        return web.summaries
    }

    private mutating func keepSummary(of notice: CampaignTable.Notice) {
        guard !notice.isOpening, web.summaries.count < configuration.webLogs.summaryLimit else {
            return
        }
        web.summaries.append(CampaignSummary(notice))
    }

    /// Counts of what access lines led to.
    func count(_ web: WebLogAnalysis, into counts: inout Counters) {
        counts.allowed = zip(web.allowances.entries, web.allowances.counts).map {
            WebAllowance.Count(place: $0.place, reason: $0.reason, count: $1)
        }
        guard let campaigns = web.campaigns else { return }
        counts.watchedSources = campaigns.count
        counts.openedCampaigns = campaigns.counters.opened
        counts.closedCampaigns = campaigns.counters.closed
        counts.forgottenSources = campaigns.counters.forgotten
    }
}

extension EventBatch.Entry {
    /// When the event's line was written as well as that is known, in seconds since the
    /// epoch.
    var sentSeconds: Int64 {
        originNanoseconds > 0 ? originNanoseconds / 1_000_000_000 : time.seconds
    }
}
