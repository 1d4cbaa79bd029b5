// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AnalysisEngine {
    /// What the engine did and what its limits cost, since it was made.
    package struct Counters: Sendable, Hashable {
        package internal(set) var events = 0
        package internal(set) var alerts = 0
        /// Events that no decoder took.
        package internal(set) var undecodedEvents = 0
        /// Rules that were looked at, whether they held or not.
        package internal(set) var ruleEvaluations = 0
        /// Reports of agents' modules that could not be read.
        package internal(set) var malformedReports = 0
        /// Events of firewalls that no rule saw, for they lack a field.
        package internal(set) var partialFirewallEvents = 0
        /// Fields beyond ``Configuration/fieldLimit``.
        package internal(set) var droppedFields = 0
        /// Fields of logs that claimed to be the container's.
        package internal(set) var spoofedFields = 0
        /// Events now kept for frequency rules.
        package internal(set) var rememberedEvents = 0
        /// Events that frequency rules lost early, for their texts were too long.
        package internal(set) var forgottenForSize = 0
        /// Events that no frequency rule can count any more, by their age.
        package internal(set) var forgottenForAge = 0
        /// Keys now kept for `if_fts`.
        package internal(set) var rememberedKeys = 0
        /// Keys that went for newer ones; they count as new when they come again.
        package internal(set) var forgottenKeys = 0
        /// Sessions that `accumulate` now has open.
        package internal(set) var openSessions = 0
        /// Command outputs that `check_diff` had no room for.
        package internal(set) var rejectedOutputs = 0
        /// Sigma rules that held for an event which had too many of them.
        package internal(set) var droppedSigmaMatches = 0
        /// Groups of Sigma's correlations that were forgotten early.
        package internal(set) var forgottenSigmaGroups = 0
        /// How often the expression of a rule or decoder cost too much.
        package internal(set) var cutExpressions = 0
        /// Expressions that were not tried, for others had spent the event's steps.
        package internal(set) var starvedExpressions = 0
        /// Rules and decoders that are now switched off for what they cost.
        package internal(set) var switchedOff = 0

        /// Sources of access lines that are watched now.
        package internal(set) var watchedSources = 0
        package internal(set) var openedCampaigns = 0
        package internal(set) var closedCampaigns = 0
        /// Sources that had to go for newer ones.
        package internal(set) var forgottenSources = 0
        /// What the whitelist let pass, by its entries.
        package internal(set) var allowed: [WebAllowance.Count] = []

        package init() {}

        /// What this engine and its follower did in all; what is kept now is the
        /// follower's.
        package func followed(by next: Counters) -> Counters {
            var sum = next
            sum.events &+= events
            sum.alerts &+= alerts
            sum.undecodedEvents &+= undecodedEvents
            sum.ruleEvaluations &+= ruleEvaluations
            sum.droppedFields &+= droppedFields
            sum.spoofedFields &+= spoofedFields
            sum.malformedReports &+= malformedReports
            sum.partialFirewallEvents &+= partialFirewallEvents
            sum.forgottenForSize &+= forgottenForSize
            sum.forgottenForAge &+= forgottenForAge
            sum.forgottenKeys &+= forgottenKeys
            sum.rejectedOutputs &+= rejectedOutputs
            sum.droppedSigmaMatches &+= droppedSigmaMatches
            sum.forgottenSigmaGroups &+= forgottenSigmaGroups
            sum.openedCampaigns &+= openedCampaigns
            sum.closedCampaigns &+= closedCampaigns
            sum.forgottenSources &+= forgottenSources
            for index in sum.allowed.indices {
                let earlier = allowed.first { $0.isOfSameEntry(as: sum.allowed[index]) }
                sum.allowed[index].count &+= earlier?.count ?? 0
            }
            sum.cutExpressions &+= cutExpressions
            sum.starvedExpressions &+= starvedExpressions
            return sum
        }
    }
}
