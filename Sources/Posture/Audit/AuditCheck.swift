// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A check of the CIS Docker Benchmark: its number, our words, and how to tell.
///
/// Numbers as in version 1.6.0 of the benchmark; titles, reasons and remedies are
/// ours.
package struct AuditCheck: Sendable {
    package enum Section: String, Sendable, Hashable, CaseIterable {
        case host, daemon, files, images, runtime, operations, swarm
    }

    /// Its number: `5.31`.
    package let id: String
    package let title: String
    package let why: String
    package let remedy: String
    let judge: @Sendable (AuditFacts) -> AuditVerdict

    init(
        _ id: String,
        _ title: String,
        why: String,
        remedy: String,
        _ judge: @escaping @Sendable (AuditFacts) -> AuditVerdict
    ) {
        self.id = id
        self.title = title
        self.why = why
        self.remedy = remedy
        self.judge = judge
    }

    /// By the first part of the number.
    package var section: Section {
        switch id.prefix(1) {
        case "1": .host
        case "2": .daemon
        case "3": .files
        case "4": .images
        case "5": .runtime
        case "6": .operations
        default: .swarm
        }
    }

    /// The number as one integer, as SCA's events want it: 5.31 is 85031, 1.1.4 is 81104.
    package var number: Int {
        let parts = id.split(separator: ".").compactMap { Int($0) }
        guard parts.count >= 2 else { return 80_000 }
        return parts.count == 2
            ? 80_000 + parts[0] * 1_000 + parts[1]
            : 80_000 + parts[0] * 1_000 + parts[1] * 100 + parts[2]
    }

    /// All of them, in the benchmark's order.
    package static let all =
        host + hostAuditing + daemon + files + images + runtime + runtimeLimits + operations + swarm
}

/// What a check says.
package enum AuditVerdict: Sendable, Hashable {
    case passed(String)
    /// With the things that fail: containers, images, paths.
    case failed(String, [String] = [])
    case notApplicable(String)
    /// Only a person can tell, or only on the host; the reason says which.
    case manual(String)

    package enum Word: String, Sendable, Hashable, Codable, CaseIterable {
        case passed, failed
        case notApplicable = "not applicable"
        case manual
    }

    package var word: Word {
        switch self {
        case .passed: .passed
        case .failed: .failed
        case .notApplicable: .notApplicable
        case .manual: .manual
        }
    }

    package var reason: String {
        switch self {
        case .passed(let text), .failed(let text, _), .notApplicable(let text), .manual(let text):
            text
        }
    }

    package var subjects: [String] {
        if case .failed(_, let subjects) = self { return subjects }
        return []
    }
}
