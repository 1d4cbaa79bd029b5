// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import WebAttacks

/// What is known of a source that does what attackers do, and whether that is enough to
/// be told: then it is a campaign.
struct Campaign: Sendable {
    /// Which bucket overflowed: what the campaign looked like when it opened.
    enum Trigger: Int, Sendable, CaseIterable {
        case attacks, errors, logins, scanner
    }

    /// A container that was touched.
    struct Touched: Sendable {
        var name: [UInt8]
        var requests = 0
        var attacks = LeakyBucket()
    }

    /// Of agent and address, with the table's seed.
    var source: UInt64
    let address: [UInt8]
    let agent: AgentIdentity
    let location: [UInt8]
    /// Nil until it is told.
    var trigger: Trigger?
    /// Seconds since the epoch of the first and the last evidence.
    let first: Int64
    var last: Int64
    /// Arrival of the last evidence, which says when it is over.
    var lastArrival: Int64

    var attacks = LeakyBucket()
    var errors = LeakyBucket()
    var logins = LeakyBucket()
    var scanner = LeakyBucket()

    /// All requests since the first evidence.
    var requests = 0
    var errorCount = 0
    var loginCount = 0
    /// Sure attacks that were answered with 2xx.
    var answeredAttacks = 0
    /// By place in ``WebAttack/Kind/allCases``.
    var attackCounts = [Int](repeating: 0, count: WebAttack.Kind.allCases.count)
    var statuses: [(status: Int, count: Int)] = []
    var otherStatuses = 0
    var parameters: [[UInt8]] = []
    var paths: Set<UInt64> = []
    var examplePaths: [[UInt8]] = []
    var containers: [Touched] = []
    var tool: ToolSign?
    var sqlmapShapes = 0
    /// Of the errors, how many come after the one before in alphabetical order.
    var orderedErrors = 0
    var lastErrorPath: [UInt8] = []

    /// What is known of the source before its first evidence is nothing.
    init(_ observation: WebObservation, agent: AgentIdentity, location: [UInt8], arrival: Int64) {
        self.init(
            source: observation.source,
            address: observation.address,
            agent: agent,
            location: location,
            first: observation.time,
            last: observation.time,
            lastArrival: arrival
        )
    }

    init(
        source: UInt64,
        address: [UInt8],
        agent: AgentIdentity,
        location: [UInt8],
        first: Int64,
        last: Int64,
        lastArrival: Int64
    ) {
        self.source = source
        self.address = address
        self.agent = agent
        self.location = location
        self.first = first
        self.last = last
        self.lastArrival = lastArrival
    }

    /// How many requests carried an attack.
    var attackTotal: Int { attackCounts.reduce(0, +) }

    // MARK: Requests

    /// Counts a request, whatever it was.
    mutating func count(_ observation: WebObservation, container: [UInt8]) {
        requests &+= 1
        if observation.status > 0 { count(status: observation.status) }
        guard !container.isEmpty else { return }
        if let index = containers.firstIndex(where: { $0.name == container }) {
            containers[index].requests &+= 1
        } else if containers.count < CampaignLimits.containerCount {
            containers.append(Touched(name: container, requests: 1))
        }
    }

    private mutating func count(status: Int) {
        if let index = statuses.firstIndex(where: { $0.status == status }) {
            statuses[index].count &+= 1
        } else if statuses.count < CampaignLimits.statusCount {
            statuses.append((status, 1))
        } else {
            otherStatuses &+= 1
        }
    }

    /// Takes evidence in; the bucket that overflows by it, if one does.
    mutating func take(
        _ evidence: WebObservation.Evidence,
        at time: Int64,
        container: [UInt8],
        _ limits: CampaignLimits
    ) -> Trigger? {
        leak(until: time, limits)
        let isNewPath = remember(evidence)
        if let sign = evidence.tool, tool == nil { tool = sign }
        if evidence.isAnswered { answeredAttacks &+= 1 }
        var overflow: Trigger?
        if evidence.tool?.reason == "its User-Agent", scanner.add(1000, limits.scanner) {
            overflow = .scanner
        }
        if evidence.login > 0 {
            loginCount &+= 1
            if logins.add(evidence.login, limits.logins) { overflow = .logins }
        } else if evidence.isError {
            countError(evidence)
            if errors.add(isNewPath ? 1000 : 250, limits.errors) { overflow = .errors }
        }
        if let kind = evidence.attack, add(kind, evidence, container, limits) {
            overflow = .attacks
        }
        return overflow
    }

    private mutating func leak(until time: Int64, _ limits: CampaignLimits) {
        let (passed, isTooMuch) = time.subtractingReportingOverflow(last)
        if isTooMuch || passed < -limits.quietSeconds || passed > 0 { last = time }
        guard !isTooMuch, passed > 0 else { return }
        attacks.leak(passed, limits.attacks)
        errors.leak(passed, limits.errors)
        logins.leak(passed, limits.logins)
        scanner.leak(passed, limits.scanner)
        for index in containers.indices {
            containers[index].attacks.leak(passed, limits.attacksInContainer)
        }
    }

    private mutating func add(
        _ kind: Int,
        _ evidence: WebObservation.Evidence,
        _ container: [UInt8],
        _ limits: CampaignLimits
    ) -> Bool {
        let isNewClass = attackCounts[kind] == 0
        attackCounts[kind] &+= 1
        var isNew = isNewClass
        if !evidence.parameter.isEmpty, !parameters.contains(evidence.parameter) {
            isNew = true
            if parameters.count < CampaignLimits.parameterCount {
                parameters.append(evidence.parameter)
            }
        }
        if ToolSign.sqlmapCount <= sqlmapShapes, tool == nil { tool = .sqlmapByShape }
        let weight: Int64 = isNew ? 1500 : 1000
        let isOverflowing = attacks.add(weight, limits.attacks)
        guard let index = containers.firstIndex(where: { $0.name == container }) else {
            return isOverflowing
        }
        return containers[index].attacks.add(weight, limits.attacksInContainer) || isOverflowing
    }

    /// Remembers what was asked for; whether the path is a new one.
    private mutating func remember(_ evidence: WebObservation.Evidence) -> Bool {
        if evidence.isLikeSQLMap { sqlmapShapes &+= 1 }
        guard !evidence.path.isEmpty, !paths.contains(evidence.pathHash) else { return false }
        if paths.count < CampaignLimits.pathCount { paths.insert(evidence.pathHash) }
        if examplePaths.count < CampaignLimits.examplePathCount {
            examplePaths.append(evidence.path)
        }
        return true
    }

    private mutating func countError(_ evidence: WebObservation.Evidence) {
        errorCount &+= 1
        if lastErrorPath.lexicographicallyPrecedes(evidence.path) { orderedErrors &+= 1 }
        lastErrorPath = evidence.path
    }

    /// Whether missing things are asked for in alphabetical order, as word lists have them.
    var followsWordList: Bool { errorCount >= 20 && orderedErrors * 10 >= errorCount * 8 }
}

extension ToolSign {
    /// So many attacks that look like sqlmap's are sqlmap's.
    static let sqlmapCount = 3
    static let sqlmapByShape = ToolSign(name: "sqlmap", reason: "how its conditions are written")
}
