// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A campaign that is over, for a table.
package struct CampaignSummary: Sendable, Hashable {
    package let source: String
    /// Seconds since the epoch.
    package let from: Int64
    package let to: Int64
    package let requests: Int
    /// `sqli 40, xss 2`, the most frequent first; empty for none.
    package let classes: String
    package let errors: Int
    package let logins: Int
    /// `404 31, 200 12`, the most frequent first.
    package let answers: String
    /// Sure attacks that were answered with 2xx.
    package let answeredAttacks: Int
    /// As in `campaign.kind`.
    package let kind: String
    /// Nil when nothing named one.
    package let tool: String?
    package let containers: [String]

    init(_ notice: CampaignTable.Notice) {
        let campaign = notice.campaign
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        source = text(campaign.address)
        from = campaign.first
        to = campaign.last
        requests = campaign.requests
        classes = text(CampaignReport.classes(campaign))
        errors = campaign.errorCount
        logins = campaign.loginCount
        answers = text(CampaignReport.answers(campaign))
        answeredAttacks = campaign.answeredAttacks
        kind = CampaignReport.kind(of: campaign)
        tool = campaign.tool?.name
        containers = campaign.containers.map { text($0.name) }
    }
}
