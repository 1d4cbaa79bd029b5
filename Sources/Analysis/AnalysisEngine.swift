// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
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
        /// What the operator says of access lines.
        package var webLogs = WebLogSettings()

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
    /// Whether its text is only the beginning of what was written.
    var isTruncated = false

    let configuration: Configuration
    let ruleset: Ruleset
    var decoder: EventDecoder
    var accumulator: Accumulator
    var places: PlaceTable?
    var web: WebLogAnalysis
    var modules = ModuleDecoder()
    /// Index of the first built-in decoder.
    let builtInDecoderStart: Int
    var matcher: RuleMatcher
    var sigma: SigmaMatcher
    let descriptions: DescriptionTable
    var writer: AlertWriter
    var contexts: SourceContexts
    var event: DecodedEvent
    var firings: FiringClock
    var counts = Counters()
    /// Reused by archives.
    var description: [UInt8] = []
    /// Where alerts about the engine itself come from.
    let ownSource: EventSource

    /// - Complexity: O(size of the ruleset)
    package init(ruleset: Ruleset, configuration: Configuration) {
        builtInDecoderStart = ruleset.decoders.count
        let ruleset = ruleset.namingWebFields().appending(OwnRules.all).appendingBuiltInDecoders()
        self.ruleset = ruleset
        self.configuration = configuration
        let names = FieldNameIndex(ruleset.fieldNames)
        let limit = configuration.fieldLimit
        decoder = EventDecoder(ruleset, fieldLimit: limit)
        accumulator = Accumulator(ruleset)
        places = ruleset.asksForPlaces ? configuration.places.map(PlaceTable.init) : nil
        web = WebLogAnalysis(ruleset, names, configuration.webLogs)
        matcher = RuleMatcher(ruleset, memorySize: configuration.memorySize)
        sigma = SigmaMatcher(
            ruleset.sigma,
            fingerprints: ruleset.rules.map(\.fingerprint)
        )
        descriptions = DescriptionTable(ruleset.rules)
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
        count(web, into: &counts)
        for limits in [decoder.limits, matcher.limits] {
            counts.cutExpressions &+= limits.strikes.values.reduce(0, &+)
            counts.starvedExpressions &+= limits.starvedMatches
            counts.switchedOff += limits.off.count
        }
        return counts
    }
}
