// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Sigma rules, which look at an event after the XML rules are done with it.
extension AnalysisEngine {
    /// Finds the Sigma rules of the current event and counts them as fired.
    ///
    /// - Returns: those that write an alert.
    mutating func decideSigma(at time: Timestamp) -> [Decision] {
        guard !sigma.plan.isEmpty else { return [] }
        sigma.decoderName = event.decoder.map { ruleset.decoders[$0].nameID } ?? -1
        sigma.match(event, at: time.seconds)
        guard !sigma.matches.isEmpty else { return [] }
        // What XML rules quoted is not these rules' to quote.
        matcher.discardPrevious()
        return sigma.matches.map { rule in
            matcher.countFiring(of: rule)
            return Decision(rule: rule, logs: writesAlert(rule), isRemembered: false)
        }
    }

    private func writesAlert(_ rule: Int) -> Bool {
        let entry = matcher.plan.entries[rule]
        switch configuration.mode {
        case .daemon: return entry.logs && entry.level > 0
        case .session(let alertLevel): return entry.level > 0 && entry.level >= alertLevel
        }
    }

    /// Which Sigma rules were tried for the current event, and why they did not
    /// hold.
    mutating func sigmaTrials() -> [RuleTrial] {
        ruleset.sigma.detections.enumerated().map { index, detection in
            let rule = ruleset.rules[detection.rule]
            return RuleTrial(
                ruleID: rule.id,
                depth: 0,
                description: rule.description.raw,
                obstacle: sigma.obstacle(index, detection, event),
                hasChildren: false,
                node: -1,
                parent: nil
            )
        }
    }
}
