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
        guard !sigma.plan.isEmpty, !event.isDropped else { return [] }
        sigma.decoderName = event.decoder.map { ruleset.decoders[$0].nameID } ?? -1
        sigma.match(event, at: time.seconds, &matcher.limits)
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

    /// What the Sigma rules say of the current event.
    mutating func sigmaTrials() -> SigmaTrials {
        var trials = SigmaTrials()
        for (index, detection) in ruleset.sigma.detections.enumerated() {
            let rule = ruleset.rules[detection.rule]
            guard sigma.isAboutEvent(index) else {
                trials.elsewhere.append(rule.id)
                continue
            }
            trials.tried.append(
                RuleTrial(
                    ruleID: rule.id,
                    depth: 0,
                    description: rule.description.raw,
                    obstacle: sigma.obstacle(index, detection, event),
                    hasChildren: false,
                    node: -1,
                    parent: nil
                )
            )
        }
        return trials
    }
}

/// The Sigma rules that an event was tried with, and the ids of those that are
/// about other log sources.
struct SigmaTrials {
    var tried: [RuleTrial] = []
    var elsewhere: [Int] = []
}
