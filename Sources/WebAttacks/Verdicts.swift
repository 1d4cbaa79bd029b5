// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The strongest finding of each kind in one value.
struct Verdicts: Sendable {
    struct Verdict: Sendable {
        var score = 0
        var evidence = 0..<0
        var reason = ""
    }

    private(set) var byKind = [Verdict](repeating: Verdict(), count: WebAttack.Kind.allCases.count)
    private(set) var best = 0

    mutating func reset() {
        guard best > 0 else { return }
        best = 0
        for index in byKind.indices { byKind[index].score = 0 }
    }

    /// Keeps a finding if it is stronger than what is known of its kind.
    mutating func add(
        _ kind: WebAttack.Kind,
        _ score: Int,
        _ evidence: Range<Int>,
        _ reason: String
    ) {
        let index = kind.index
        guard score > byKind[index].score else { return }
        byKind[index] = Verdict(score: score, evidence: evidence, reason: reason)
        best = max(best, score)
    }
}

extension WebAttack.Kind {
    /// The kind's place among all, in the order of declaration.
    var index: Int {
        switch self {
        case .sqlInjection: 0
        case .crossSiteScripting: 1
        case .localFile: 2
        case .remoteFile: 3
        case .requestForgery: 4
        case .command: 5
        case .shellshock: 6
        case .code: 7
        case .template: 8
        case .log4Shell: 9
        case .externalEntity: 10
        case .serverSideInclude: 11
        case .documentQuery: 12
        case .directoryQuery: 13
        case .pathQuery: 14
        case .headerInjection: 15
        case .sessionFixation: 16
        case .scanner: 17
        case .probe: 18
        }
    }
}
