// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Ruleset

/// Looking at one event.
extension AnalysisEngine {
    /// How much ``inspect(_:from:at:_:)`` says.
    package enum InspectionDetail: Sendable {
        case result
        /// Also every rule that was tried, and why it did not hold.
        case trials
    }

    /// Analyses one event as ``analyze(_:into:)`` does, memory included, and tells
    /// what was found.
    package mutating func inspect(
        _ text: Span<UInt8>,
        from source: EventSource,
        at time: Timestamp,
        _ detail: InspectionDetail
    ) -> EventReport {
        let context = contexts.context(of: source)
        let ended = web.isDue(at: time.seconds) ? web.closeQuiet(at: time.seconds) : []
        var campaigns = inspectCampaigns(ended, nil, time)
        if detail == .trials { matcher.startTracing() }
        let decision = decide(text, context, time)
        let trials = matcher.takeTrials()
        var description: [UInt8] = []
        if let decision {
            descriptions.append(of: decision.rule, &event, to: &description)
        }
        var alert: [UInt8] = []
        writeAlert(decision, context, time, description.span, &alert)
        let isAlert = decision?.logs ?? false
        if let decision, isAlert {
            alertOffset &+= alert.count + 1
            remember(context, time, decision)
        }
        let sigma = inspectSigma(context, time)
        let notices = observe(decision, context, time)
        let found = Findings(
            decision: decision,
            description: description,
            alert: alert,
            trials: trials,
            sigma: sigma,
            warnings: warnings(about: decision),
            sigmaTrials: detail == .trials ? sigmaTrials() : SigmaTrials()
        )
        var report = report(context, found)
        campaigns += inspectCampaigns(notices, context, time)
        report.campaigns = campaigns
        return report
    }

    private mutating func observe(
        _ decision: Decision?,
        _ context: SourceContext,
        _ time: Timestamp
    ) -> [CampaignTable.Notice] {
        guard event.category == .webLog, web.campaigns != nil,
            let observation = observation(decision, context, time.seconds)
        else { return [] }
        return take(observation, context, time.seconds)
    }

    /// What campaigns have to say; the event at hand is gone then.
    private mutating func inspectCampaigns(
        _ notices: [CampaignTable.Notice],
        _ context: SourceContext?,
        _ time: Timestamp
    ) -> [EventReport.FurtherReport] {
        notices.compactMap { notice in
            let place = place(of: notice, context)
            return decide(notice, place, time).map { furtherReport($0, place, time) }
        }
    }

    /// What an operator should know of what happened: expressions that were cut, and
    /// techniques of the rule that nobody knows (§7.2).
    private mutating func warnings(about decision: Decision?) -> [String] {
        let cut = hasOffenders ? strikeOffenders().map(\.text) : []
        let ids = decision.flatMap { ruleset.rules[$0.rule].metadata.mitre?.ids } ?? []
        let unknown = ids.filter { MitreMatrix.technique($0) == nil }
        return cut + unknown.map { "Mitre Technique ID '\($0)' not found in database." }
    }

    /// What the rules said of an event.
    private struct Findings {
        let decision: Decision?
        let description: [UInt8]
        let alert: [UInt8]
        let trials: [RuleTrial]
        let sigma: [EventReport.FurtherReport]
        let warnings: [String]
        let sigmaTrials: SigmaTrials
    }

    private mutating func inspectSigma(
        _ context: SourceContext,
        _ time: Timestamp
    ) -> [EventReport.FurtherReport] {
        decideSigma(at: time).map { furtherReport($0, context, time) }
    }

    private mutating func furtherReport(
        _ decision: Decision,
        _ context: SourceContext,
        _ time: Timestamp
    ) -> EventReport.FurtherReport {
        var description: [UInt8] = []
        descriptions.append(of: decision.rule, &event, to: &description)
        var alert: [UInt8] = []
        writeAlert(decision, context, time, description.span, &alert)
        if decision.logs { alertOffset &+= alert.count + 1 }
        return EventReport.FurtherReport(
            rule: ruleReport(decision, description),
            isAlert: decision.logs,
            alertJSON: alert
        )
    }

    private func report(_ context: SourceContext, _ found: Findings) -> EventReport {
        var tree = DataTree()
        tree.build(event, hasContainer: !context.containerJSON.isEmpty)
        var dataWriter = DataWriter()
        var data: [UInt8] = []
        var event = event
        if !dataWriter.append(&event, container: context.containerJSON, to: &data) {
            data.append(literal: "{}")
        }
        let text = event.arena.span.extracting(event.text)
        return EventReport(
            fullLog: bytes(event.text),
            timestamp: event.header.timestamp.map(bytes),
            hostname: HostnameEcho.find(in: text).map(bytes),
            programName: event.header.programName.map(bytes),
            decoder: event.decoder.map { decoderReport($0) },
            fields: fields(tree, context),
            dataJSON: data,
            rule: found.decision.map { ruleReport($0, found.description) },
            isAlert: found.decision?.logs ?? false,
            alertJSON: found.alert,
            trials: found.trials,
            sigma: found.sigma,
            warnings: found.warnings,
            sigmaTrials: found.sigmaTrials.tried,
            sigmaElsewhere: found.sigmaTrials.elsewhere
        )
    }

    private func decoderReport(_ index: Int) -> EventReport.Decoder {
        let decoder = ruleset.decoders[index]
        return EventReport.Decoder(
            name: decoder.name,
            parent: decoder.parentName,
            accumulates: decoder.accumulates,
            comment: decoder.firstTimeSeenComment
        )
    }

    private func ruleReport(_ decision: Decision, _ description: [UInt8]) -> RuleReport {
        let rule = ruleset.rules[decision.rule]
        let metadata = rule.metadata
        let mitre = metadata.mitre.flatMap { $0.tactics.isEmpty ? nil : $0 }
        let firedTimes = matcher.firedCounts[decision.rule]
        return RuleReport(
            id: rule.id,
            level: rule.level,
            description: description,
            groups: metadata.groups,
            compliance: metadata.compliance,
            mitreIDs: mitre?.ids ?? [],
            mitreTactics: mitre?.tactics ?? [],
            mitreTechniques: mitre?.techniques ?? [],
            cve: metadata.cve,
            info: metadata.info,
            frequency: metadata.frequency,
            firedTimes: rule.options.omitsCounter ? nil : firedTimes,
            mails: rule.options.mails,
            omitsFullLog: rule.options.omitsFullLog
        )
    }

    private func fields(_ tree: DataTree, _ context: SourceContext) -> [EventReport.Field] {
        var dataWriter = DataWriter()
        return tree.nodes.indices.dropFirst().flatMap { index -> [EventReport.Field] in
            switch tree.nodes[index].value {
            case .object: return []
            case .container: return containerFields(context)
            case .fixed(let field):
                guard let range = event[field] else { return [] }
                return [
                    EventReport.Field(path: path(index, tree), value: bytes(range), isArray: false)
                ]
            case .dynamic:
                guard let range = tree.nodes[index].value.range(in: event) else { return [] }
                var rendered: [UInt8] = []
                dataWriter.appendValue(event.arena.span.extracting(range), to: &rendered)
                let isArray = rendered.first == UInt8(ascii: "[")
                let value = isArray ? rendered : bytes(range)
                return [EventReport.Field(path: path(index, tree), value: value, isArray: isArray)]
            }
        }
    }

    /// The container's fields; a label's name is one key, whatever dots it has.
    private func containerFields(_ context: SourceContext) -> [EventReport.Field] {
        (context.source.container?.fields ?? []).map { field in
            let parts = field.name.split(
                separator: ".",
                maxSplits: field.name.hasPrefix("container.labels.") ? 2 : .max
            )
            let path = parts.map { [UInt8]($0.utf8) }
            return EventReport.Field(path: path, value: field.value, isArray: false)
        }
    }

    private func path(_ index: Int, _ tree: DataTree) -> [[UInt8]] {
        var path: [[UInt8]] = []
        var index = index
        while index > 0 {
            path.append(Array(tree.keys[tree.nodes[index].key]))
            index = tree.nodes[index].parent
        }
        return path.reversed()
    }

    private func bytes(_ range: Range<Int>) -> [UInt8] {
        Array(event.arena[range])
    }
}
