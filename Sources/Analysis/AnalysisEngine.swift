// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
package import Ruleset

/// Decodes events, matches rules, counts what belongs together, writes alerts.
///
/// A value with all its memory: the same events, in the same order and with the
/// same times, give the same alerts. One owner feeds it, in the order of arrival.
/// A copy is a second engine with the same memory.
///
/// Source: analysis-engine.md §3 to §9.
package struct AnalysisEngine: Sendable {
    /// What an engine is made with.
    package struct Configuration: Sendable {
        /// Name of the manager's host, as alerts show it.
        package var managerName: String
        package var mode: Mode
        /// Earlier events that frequency rules can count, at least 1.
        package var memorySize: Int
        /// Dynamic fields of an event; more are dropped and counted.
        package var fieldLimit: Int
        /// How often the expression of a rule or decoder may cost too much until the
        /// rule or decoder is switched off; 0 for never.
        package var strikeLimit = 10
        /// What `srcgeoip` and `dstgeoip` ask; nil without a database of places.
        package var places: AddressPlaces?
        /// Whether the daemon passes over events of the category firewall that lack
        /// their action, protocol, an address or a port, as Wazuh does.
        ///
        /// Source: analysis-engine.md §7.4, `log_fw`.
        package var passesOverPartialFirewallEvents = true

        package init(
            managerName: String,
            mode: Mode = .daemon,
            memorySize: Int = 8192,
            fieldLimit: Int = 256,
            places: AddressPlaces? = nil
        ) {
            self.managerName = managerName
            self.mode = mode
            self.memorySize = memorySize
            self.fieldLimit = fieldLimit
            self.places = places
        }
    }

    /// How rules that would write no alert are treated.
    ///
    /// Source: analysis-engine.md §9.2.
    package enum Mode: Sendable, Hashable {
        case daemon
        /// A logtest session: every winning rule is reported; those from a level
        /// on would be alerts.
        case session(alertLevel: Int)
    }

    /// Byte position that the next alert will have in its log; it becomes part of
    /// the alert's id and advances with every alert.
    package var alertOffset = 0
    /// Of the event at hand, in its agent's spool; 0 when it was in none.
    var sequence: UInt64 = 0

    let configuration: Configuration
    let ruleset: Ruleset
    var decoder: EventDecoder
    var accumulator: Accumulator
    private(set) var places: PlaceTable?
    private var attacks: WebAttackFields?
    var modules = ModuleDecoder()
    /// Index of the first built-in decoder.
    let builtInDecoderStart: Int
    var matcher: RuleMatcher
    var sigma: SigmaMatcher
    var writer: AlertWriter
    var contexts: SourceContexts
    var event: DecodedEvent
    var firings: FiringClock
    private var counts = Counters()
    private var description: [UInt8] = []
    /// Where alerts about the engine itself come from.
    let ownSource: EventSource

    /// - Complexity: O(size of the ruleset)
    package init(ruleset: Ruleset, configuration: Configuration) {
        builtInDecoderStart = ruleset.decoders.count
        let ruleset = ruleset.appending(OwnRules.all).appendingBuiltInDecoders()
        self.ruleset = ruleset
        self.configuration = configuration
        let names = FieldNameIndex(ruleset.fieldNames)
        let limit = configuration.fieldLimit
        decoder = EventDecoder(ruleset, fieldLimit: limit)
        accumulator = Accumulator(ruleset)
        places = ruleset.asksForPlaces ? configuration.places.map(PlaceTable.init) : nil
        attacks = WebAttackFields(names)
        matcher = RuleMatcher(ruleset, memorySize: configuration.memorySize)
        sigma = SigmaMatcher(
            ruleset.sigma,
            fingerprints: ruleset.rules.map(\.fingerprint)
        )
        writer = AlertWriter(ruleset, managerName: configuration.managerName)
        contexts = SourceContexts(managerName: configuration.managerName, names: names)
        event = DecodedEvent(
            nameCount: ruleset.fieldNames.names.count,
            paths: decoder.paths(names)
        )
        firings = FiringClock(ruleCount: ruleset.rules.count)
        ownSource = EventSource(
            agent: AgentIdentity(id: "000", name: configuration.managerName),
            location: "jaga"
        )
    }

    /// What the engine did so far.
    package var counters: Counters {
        var counts = counts
        counts.ruleEvaluations = matcher.evaluations
        counts.droppedFields = decoder.json.losses.surplusFields
        counts.spoofedFields = decoder.json.losses.spoofedFields
        counts.rememberedEvents = matcher.memory.count
        counts.forgottenForSize = matcher.memory.evictedForBytes
        counts.forgottenForAge = matcher.memory.evictedForAge
        counts.rememberedKeys = matcher.firstTimes.count
        counts.forgottenKeys = matcher.firstTimes.forgotten
        counts.openSessions = accumulator.count
        counts.rejectedOutputs = matcher.outputs.rejected
        counts.droppedSigmaMatches = sigma.droppedMatches
        counts.forgottenSigmaGroups = sigma.counters.forgotten
        for limits in [decoder.limits, matcher.limits] {
            counts.cutExpressions &+= limits.strikes.values.reduce(0, &+)
            counts.starvedExpressions &+= limits.starvedMatches
            counts.switchedOff += limits.off.count
        }
        return counts
    }

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
            sequence = batch.sequence(of: index)
            let text = texts.span.extracting(entry.text)
            analyze(text, entry, index, context, &alerts, &archives)
        }
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
        if hasOffenders { reportOffenders(entry, index, to: &alerts) }
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

    // MARK: One event

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
        begin(text, header, context)
        let hasContainer = !context.containerJSON.isEmpty
        decoder.limits.begin()
        decoder.decode(text, protectsContainer: hasContainer, into: &event)
        if event.decoder == nil { counts.undecodedEvents &+= 1 }
        accumulator.complete(&event, at: time.seconds)
        attacksAndPlaces()
    }

    /// Adds the fields that follow from others.
    mutating func attacksAndPlaces() {
        places?.complete(&event)
        attacks?.complete(&event)
    }

    /// Counts a report that is none.
    mutating func countMalformedReport() {
        counts.malformedReports &+= 1
    }

    /// Begins an event with what its source says.
    mutating func begin(_ text: Span<UInt8>, _ header: LogHeader, _ context: SourceContext) {
        counts.events &+= 1
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

    private mutating func decide(_ winner: RuleMatcher.Winner, _ time: Timestamp) -> Decision? {
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

    // MARK: Alerts

    mutating func append(
        _ decision: Decision,
        _ context: SourceContext,
        _ entry: EventBatch.Entry,
        _ index: Int,
        to alerts: inout AlertBatch
    ) {
        counts.alerts &+= 1
        let textStart = alerts.text.count
        let template = ruleset.rules[decision.rule].description
        DescriptionWriter.append(template, &event, to: &alerts.text)
        let textEnd = alerts.text.count
        if let address = event[.srcip] {
            alerts.text.append(span: event.arena.span.extracting(address))
        }
        let start = alerts.bytes.count
        writeAlert(decision, context, entry.time, alerts.text[textStart..<textEnd], &alerts.bytes)
        let end = alerts.bytes.count
        alerts.bytes.append(UInt8(ascii: "\n"))
        alertOffset &+= end + 1 - start
        alerts.entries.append(
            AlertBatch.Entry(
                json: start..<end,
                description: textStart..<textEnd,
                sourceAddress: textEnd..<alerts.text.count,
                ruleID: ruleset.rules[decision.rule].id,
                level: matcher.plan.entries[decision.rule].level,
                time: entry.time,
                originNanoseconds: entry.originNanoseconds,
                source: context.source,
                event: index
            )
        )
    }

    /// Writes the current event's alert object.
    mutating func writeAlert(
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp,
        _ description: ArraySlice<UInt8>,
        _ output: inout [UInt8]
    ) {
        write(.alert, decision, context, time, description, &output)
    }

    /// Appends the current event's record, whether it is an alert or not.
    ///
    /// Source: analysis-engine.md §7.1, §7.2, on archives.
    private mutating func archive(
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp,
        to archives: inout ArchiveBatch?
    ) {
        description.removeAll(keepingCapacity: true)
        if let decision {
            let template = ruleset.rules[decision.rule].description
            DescriptionWriter.append(template, &event, to: &description)
        }
        let text = description
        var lines = archives.take()?.lines ?? []
        write(.archive, decision, context, time, text[...], &lines)
        lines.append(UInt8(ascii: "\n"))
        archives = ArchiveBatch(lines: lines)
    }

    private mutating func write(
        _ kind: AlertWriter.Kind,
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp,
        _ description: ArraySlice<UInt8>,
        _ output: inout [UInt8]
    ) {
        let subject = AlertWriter.Subject(
            kind: kind,
            context: context,
            time: time,
            rule: decision?.rule,
            firedCount: decision.map { matcher.firedCounts[$0.rule] } ?? 0,
            offset: alertOffset,
            sequence: sequence
        )
        writer.append(
            subject,
            &event,
            description: description.span,
            matcher.previous,
            matcher.memory,
            to: &output
        )
    }
}

extension Range<Int> {
    /// The range that lies so much further.
    func shifted(by distance: Int) -> Range<Int> {
        lowerBound + distance..<upperBound + distance
    }
}
