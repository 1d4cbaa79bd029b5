// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// One event: decoded, and its rule found.
extension AnalysisEngine {
    /// Which rule an event has, and what follows from it.
    struct Decision {
        /// Index into ``Ruleset/rules``.
        let rule: Int
        /// Whether an alert is written.
        let logs: Bool
        /// Whether frequency rules may count the event.
        let isRemembered: Bool
    }

    /// Decodes an event and finds its rule; nil when there is none.
    mutating func decide(
        _ text: Span<UInt8>,
        _ context: SourceContext,
        _ time: Timestamp
    ) -> Decision? {
        decode(text, context, time)
        matcher.start()
        matcher.limits.continue(decoder.limits)
        if event.isDropped { return nil }
        if isPassedOver {
            counts.partialFirewallEvents &+= 1
            return nil
        }
        let circumstances = RuleMatcher.Circumstances(agent: context.agent, time: time)
        startHour(at: time)
        let decision: Decision?
        if let generated = event.generatedRuleID {
            decision = decide(generatedRule: generated)
        } else {
            decision = matcher.match(&event, circumstances).flatMap { decide($0, time) }
        }
        if let decision, event.category == .webLog, isAllowed(decision) { return nil }
        if let decision, decision.isRemembered, !decision.logs {
            matcher.remember(&event, rule: decision.rule, circumstances)
        }
        return decision
    }

    /// Begins to count firings anew when local time has entered another hour.
    mutating func startHour(at time: Timestamp) {
        if firings.isNewHour(time), configuration.mode == .daemon { matcher.resetFiredCounts() }
    }

    /// Whether no rule sees the current event.
    var isPassedOver: Bool {
        guard event.category == .firewall, configuration.passesOverPartialFirewallEvents,
            configuration.mode == .daemon
        else { return false }
        return !Self.firewallFields.allSatisfy { event[$0] != nil }
    }

    private static let firewallFields: [StaticField] = [
        .action, .protocol, .srcip, .srcport, .dstip, .dstport,
    ]

    mutating func decode(
        _ text: Span<UInt8>,
        _ context: SourceContext,
        _ time: Timestamp
    ) {
        if context.source.kind != .log {
            decodeReport(text, context, time)
            return
        }
        // Of a file nothing is changed; of a container's line what is for terminals.
        if !context.containerJSON.isEmpty,
            let shown = ContainerText(text, program: context.source.programName)
        {
            decode(shown.bytes.span, shown.header, context, time)
            event.keepOriginal(text, lineCount: shown.lineCount)
        } else {
            decode(text, HeaderParser.parse(text), context, time)
        }
    }

    private mutating func decode(
        _ text: Span<UInt8>,
        _ header: LogHeader,
        _ context: SourceContext,
        _ time: Timestamp
    ) {
        counts.events &+= 1
        start(text, header, context)
        let hasContainer = !context.containerJSON.isEmpty
        decoder.limits.begin()
        decoder.decode(text, protectsContainer: hasContainer, into: &event)
        if event.decoder == nil { counts.undecodedEvents &+= 1 }
        accumulator.complete(&event, at: time.seconds)
        places?.complete(&event)
        if event.category == .webLog { web.complete(&event) }
    }

    /// Begins an event with what its source says.
    mutating func start(_ text: Span<UInt8>, _ header: LogHeader, _ context: SourceContext) {
        event.start(text, header: header)
        let constants = context.bytes
        let base = event.store(constants.span).lowerBound
        event.location = context.location.shifted(by: base)
        event.hostname = context.hostname.shifted(by: base)
        if !context.overridesHostname, let hostname = header.hostname {
            event.hostname = hostname
        }
        for field in context.containerValues {
            event.setHidden(field.name, value: field.value.shifted(by: base))
        }
    }

    private mutating func decide(generatedRule id: Int) -> Decision? {
        // What the engine says of itself no log may say: its rules are the last.
        let rules = ruleset.rules.dropLast(OwnRules.all.count)
        guard let rule = rules.firstIndex(where: { $0.id == id }) else { return nil }
        matcher.countFiring(of: rule)
        let entry = matcher.plan.entries[rule]
        return Decision(rule: rule, logs: entry.logs && entry.level > 0, isRemembered: true)
    }

    mutating func decide(_ winner: RuleMatcher.Winner, _ time: Timestamp) -> Decision? {
        let rule = matcher.plan.nodes[winner.node].rule
        let entry = matcher.plan.entries[rule]
        switch configuration.mode {
        case .daemon:
            guard entry.level > 0 else { return nil }
            guard firings.isSuppressed(rule, entry.ignoreSeconds, time.seconds) else {
                return Decision(rule: rule, logs: entry.logs, isRemembered: true)
            }
            matcher.discardPrevious()
            guard let parent = winner.parent else { return nil }
            let above = matcher.plan.nodes[parent].rule
            let logs = matcher.plan.entries[above].logs
            return Decision(rule: above, logs: logs, isRemembered: true)
        case .session(let alertLevel):
            let isStored =
                entry.level > 0
                && !firings.isSuppressedInSession(rule, entry.ignoreSeconds, time.seconds)
            let logs = isStored && entry.level >= alertLevel
            return Decision(rule: rule, logs: logs, isRemembered: isStored)
        }
    }

    /// Stores an event whose alert was written.
    mutating func remember(
        _ context: SourceContext,
        _ time: Timestamp,
        _ decision: Decision
    ) {
        guard decision.isRemembered else { return }
        let circumstances = RuleMatcher.Circumstances(agent: context.agent, time: time)
        matcher.remember(&event, rule: decision.rule, circumstances)
    }
}

extension Range<Int> {
    /// The range that lies so much further.
    func shifted(by distance: Int) -> Range<Int> {
        lowerBound + distance..<upperBound + distance
    }
}
