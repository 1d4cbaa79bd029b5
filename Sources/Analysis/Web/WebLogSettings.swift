// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns
import WebAttacks

/// What an operator says of access lines.
package struct WebLogSettings: Sendable {
    /// Whether what belongs together is told as one campaign.
    package enum Campaigns: String, Sendable, CaseIterable {
        /// If the ruleset has a decoder of the name `jaga-campaign`, as the shipped has.
        case automatic = "auto"
        case on = "yes"
        case off = "no"
    }

    package var campaigns = Campaigns.automatic
    /// Peers whose word on whom they speak for counts; nobody's by default.
    package var trustedProxies = AddressList()
    package var trustsProxies = false
    /// What is known to be harmless, in the order of the settings.
    package var allowances: [WebAllowance] = []

    /// How many campaigns that are over are kept for ``AnalysisEngine/endCampaigns()``.
    package var summaryLimit = 0

    package init() {}

    /// What `attack.class` can be.
    package static var attackClasses: [String] { WebAttack.Kind.allCases.map(\.rawValue) }
}
