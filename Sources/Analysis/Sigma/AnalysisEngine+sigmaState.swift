// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset

/// What Sigma's correlations remember, over restarts and reloads.
///
/// Groups and values are known by hashes only; so the seed of the hashes goes with
/// them, and a rule that says something else now begins anew.
extension AnalysisEngine {
    /// Adds the groups of all correlations.
    func addSigma(to state: inout EngineState) {
        state.sigmaSeed = sigma.counters.seed
        state.sigmaGroups = sigma.counters.groups.map { key, group in
            EngineState.SigmaGroup(
                rule: ruleset.sigma.correlations[group.correlation].rule,
                key: key,
                last: group.last,
                times: Array(group.currentTimes),
                values: group.values.map { (hash: $0.key, seen: $0.value) }
            )
        }
    }

    /// Takes the groups of correlations that are the same, but for those that are too
    /// old to count; how many.
    ///
    /// `rules` are indices into ``Ruleset/rules`` by those of the state.
    mutating func adoptSigma(_ state: EngineState, _ rules: [Int?], _ now: Int64) -> Int {
        let correlations = ruleset.sigma.correlations
        let places = Dictionary(
            correlations.indices.map { (correlations[$0].rule, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var groups: [UInt64: SigmaCounters.Group] = [:]
        var entries = 0
        for group in state.sigmaGroups {
            guard let correlation = rules[group.rule].flatMap({ places[$0] }) else { continue }
            let oldest = now &- correlations[correlation].timespan
            let times = group.times.filter { $0 >= oldest }
            let values = group.values.filter { $0.seen >= oldest }
            entries += times.count + values.count
            guard !times.isEmpty || !values.isEmpty, entries <= SigmaCounters.entryLimit else {
                continue
            }
            groups[group.key] = SigmaCounters.Group(
                correlation: correlation,
                last: group.last,
                times: times,
                values: Dictionary(
                    values.map { ($0.hash, $0.seen) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        }
        sigma.counters.restore(groups, seed: state.sigmaSeed)
        return groups.count
    }
}
