// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import WebAttacks

/// All that is done for access lines beyond decoding and rules.
struct WebLogAnalysis: Sendable {
    var fields: WebLogFields
    var attacks: WebAttackFields?
    var allowances: WebAllowances
    /// Nil when campaigns are not asked for.
    var campaigns: CampaignTable?
    /// See ``WebLogSettings/summaryLimit``.
    var summaries: [CampaignSummary] = []
    /// By rule: whether what it finds is a probe, also without an attack of that class.
    private let findsProbes: [Bool]
    /// Index of the decoder of campaigns' own events; -1 when the ruleset has none.
    let campaignDecoder: Int

    init(_ ruleset: Ruleset, _ names: FieldNameIndex, _ settings: WebLogSettings) {
        fields = WebLogFields(ruleset, names, settings)
        campaignDecoder = ruleset.decoders.firstIndex { $0.name == Self.decoderName } ?? -1
        findsProbes = ruleset.rules.map { rule in
            rule.metadata.groups.contains { $0 == "probe" || $0 == "sensitive_file" }
        }
        let tells =
            switch settings.campaigns {
            case .automatic: campaignDecoder >= 0
            case .on: true
            case .off: false
            }
        campaigns = tells ? CampaignTable() : nil
        attacks = tells || ruleset.asksForAttacks ? WebAttackFields(names) : nil
        allowances = WebAllowances(settings.allowances)
    }

    static let decoderName = "jaga-campaign"

    /// Completes an event of the category `web-log`.
    mutating func complete(_ event: inout DecodedEvent) {
        fields.complete(&event)
        attacks?.complete(&event, fields, &allowances)
    }

    /// Whether a campaign has been quiet for long.
    @inline(__always)
    func isDue(at arrival: Int64) -> Bool { campaigns?.isDue(at: arrival) ?? false }

    mutating func closeQuiet(at arrival: Int64) -> [CampaignTable.Notice] {
        campaigns?.closeQuiet(at: arrival) ?? []
    }

    // MARK: Observing

    /// What campaigns are told of a request; nil when it is nobody's.
    ///
    /// `rule` is that which took it, if it is above level 0: what rules silence is no
    /// evidence.
    func observation(
        of event: borrowing DecodedEvent,
        agent: UInt64,
        rule: Int?,
        time: Int64
    ) -> WebObservation? {
        guard let campaigns, let url = event[.url], let address = event[.srcip] else { return nil }
        let text = event.arena.span
        let hash = campaigns.hash(agent: agent, text.extracting(address))
        let status = event[.id].map { Self.number(text.extracting($0)) } ?? 0
        var observation = WebObservation(source: hash, status: status, time: time)
        guard let rule, let evidence = evidence(in: event, url, status, rule) else {
            return observation
        }
        observation.address = Array(event.arena[address].prefix(CampaignLimits.textCount))
        observation.evidence = evidence
        return observation
    }

    private func evidence(
        in event: borrowing DecodedEvent,
        _ url: Range<Int>,
        _ status: Int,
        _ rule: Int
    ) -> WebObservation.Evidence? {
        let text = event.arena.span
        var evidence = WebObservation.Evidence()
        let attack = attacks?.found.first { $0.kind != .scanner }
        evidence.isError = Self.isClientError(status)
        let isPost =
            event[.protocol].map { $0.count == 4 && text[$0.lowerBound] == 0x50 } ?? false
        if isPost || evidence.isError {
            evidence.login = LoginAttempt.weight(
                isPost: isPost,
                status: status,
                isLoginPath: LoginAttempt.isLoginPath(text.extracting(url)),
                hasUser: fields.user.range(in: event) != nil
            )
        }
        let isScanner = attacks?.found.contains { $0.kind == .scanner } ?? false
        let isProbe = findsProbes[rule]
        guard attack != nil || isProbe || evidence.isError || evidence.login > 0 || isScanner
        else { return nil }
        if let attack {
            add(attack, status, to: &evidence)
        } else if isProbe {
            evidence.attack = WebAttack.Kind.allCases.firstIndex(of: .probe)
        }
        addPath(event, url, to: &evidence)
        if let agent = fields.userAgent.range(in: event) {
            evidence.tool = ToolSign.ofAgent(text.extracting(agent))
        }
        if evidence.tool == nil { evidence.tool = ToolSign.ofTarget(text.extracting(url)) }
        return evidence
    }

    private func add(_ attack: WebAttack, _ status: Int, to evidence: inout WebObservation.Evidence)
    {
        evidence.attack = WebAttack.Kind.allCases.firstIndex(of: attack.kind)
        evidence.isAnswered = status / 100 == 2 && attack.score >= 90
        evidence.parameter = Array(attack.place.name.prefix(CampaignLimits.textCount))
        evidence.isLikeSQLMap =
            attack.kind == .sqlInjection && ToolSign.isLikeSQLMap(attack.decoded)
    }

    private func addPath(
        _ event: borrowing DecodedEvent,
        _ url: Range<Int>,
        to evidence: inout WebObservation.Evidence
    ) {
        let text = event.arena.span
        var end = url.lowerBound
        while end < url.upperBound, text[end] != UInt8(ascii: "?") { end += 1 }
        var hash = ByteHash(seed: 0)
        hash.combine(text.extracting(url.lowerBound..<end))
        evidence.pathHash = hash.value
        evidence.path = Array(event.arena[url.lowerBound..<end].prefix(CampaignLimits.textCount))
    }

    /// 499 is the client that went away, 429 and 408 are about its pace.
    private static func isClientError(_ status: Int) -> Bool {
        status >= 400 && status < 500 && status != 499 && status != 408 && status != 429
    }

    /// Three digits; 0 for anything else.
    private static func number(_ text: Span<UInt8>) -> Int {
        guard text.count == 3 else { return 0 }
        var number = 0
        for at in 0..<3 {
            guard text[at] &- 0x30 < 10 else { return 0 }
            number = number * 10 + Int(text[at] &- 0x30)
        }
        return number
    }
}
