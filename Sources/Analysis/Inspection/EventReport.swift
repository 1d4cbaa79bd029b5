// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Everything the engine found out about one event, for people and tools that
/// look at single events.
package struct EventReport: Sendable {
    /// The text as received.
    package let fullLog: [UInt8]
    /// What the pre-decoder found, as the alert shows it; nil is absent.
    package let timestamp: [UInt8]?
    package let hostname: [UInt8]?
    package let programName: [UInt8]?
    /// The decoder; nil when none took the event.
    package let decoder: Decoder?
    /// Leaves of the alert's `data`, in its order.
    package let fields: [Field]
    /// The alert's `data` as a JSON object; `{}` when there are no fields.
    package let dataJSON: [UInt8]
    /// The rule that won, also when it writes no alert; nil when none held.
    package let rule: RuleReport?
    /// Whether an alert is written.
    package let isAlert: Bool
    /// The alert, or what it would be, as one JSON object without a line end.
    package let alertJSON: [UInt8]
    /// All rules that were tried, in order; empty unless they were asked for.
    package let trials: [RuleTrial]
    /// The Sigma rules that held, greatest level first.
    package let sigma: [FurtherReport]
    /// Web campaigns that ended before the event, or that it opened.
    package internal(set) var campaigns: [FurtherReport] = []
    /// What an operator should know, a sentence each: expressions that cost too much
    /// for this event, unknown techniques of its rule.
    package let warnings: [String]
    /// The Sigma rules about the event's log source; empty unless they were asked
    /// for.
    package let sigmaTrials: [RuleTrial]
    /// Ids of the Sigma rules about others; empty unless they were asked for.
    package let sigmaElsewhere: [Int]

    /// A rule that held besides ``rule``.
    package struct FurtherReport: Sendable {
        package let rule: RuleReport
        /// Whether an alert is written.
        package let isAlert: Bool
        /// The alert, or what it would be, as one JSON object without a line end.
        package let alertJSON: [UInt8]
    }

    /// The decoder as alerts name it.
    package struct Decoder: Sendable {
        package let name: String
        package let parent: String?
        package let accumulates: Bool
        /// Text of `<ftscomment>`, or empty.
        package let comment: String
    }

    /// A leaf of `data`.
    package struct Field: Sendable {
        /// The keys from `data` down to the leaf, at least one.
        package let path: [[UInt8]]
        package let value: [UInt8]
        /// Whether ``value`` is the JSON text of an array; else it is plain.
        package let isArray: Bool

        /// The keys joined by dots.
        package var name: [UInt8] {
            [UInt8](path.joined(separator: [UInt8(ascii: ".")]))
        }
    }

    /// The rules tried at the last level: below the deepest rule that held, or at
    /// the top when none did.
    package var lastLevel: [RuleTrial] {
        let deepest = trials.last { $0.obstacle == nil && $0.hasChildren }
        let below = trials.filter { $0.parent == deepest?.node }
        return below.isEmpty ? trials.filter { $0.parent == nil } : below
    }

    /// The lines of `rules_debug`.
    ///
    /// Source: analysis-engine.md §9.2.
    package var debugLines: [String] {
        (trials + sigmaTrials).flatMap { trial in
            var lines = ["Trying rule: \(trial.ruleID) - \(trial.description)"]
            if trial.obstacle == nil {
                lines.append("*Rule \(trial.ruleID) matched")
                if trial.hasChildren { lines.append("*Trying child rules") }
            }
            return lines
        }
    }
}

/// The rule of an event, as its alert shows it.
package struct RuleReport: Sendable {
    package let id: Int
    /// From 0 to 16.
    package let level: Int
    /// With its variables filled.
    package let description: [UInt8]
    package let groups: [String]
    /// `pci_dss` and the like, in the alert's order.
    package let compliance: [(name: String, values: [String])]
    package let mitreIDs: [String]
    package let mitreTactics: [String]
    package let mitreTechniques: [String]
    /// Empty when the rule has none.
    package let cve: String
    /// Empty when the rule has none.
    package let info: String
    /// Nil when the rule counts nothing.
    package let frequency: Int?
    /// How often it fired; nil when the rule leaves that out.
    package let firedTimes: Int?
    package let mails: Bool
    /// Whether the alert leaves the log out.
    package let omitsFullLog: Bool
}
