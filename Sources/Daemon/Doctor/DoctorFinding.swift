// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What one check of `jaga doctor` found.
package struct DoctorFinding: Sendable, Hashable {
    /// How it stands.
    package enum Verdict: String, Sendable, Hashable, Comparable {
        case ok
        /// It works, and something may be lost or missing.
        case warning
        /// Something does not work.
        case problem

        package static func < (left: Verdict, right: Verdict) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .problem: 2
            }
        }
    }

    package let verdict: Verdict
    /// What was looked at, in a word or two: `docker engine`.
    package let subject: String
    /// What was found; one sentence.
    package let text: String
    /// What to do; empty when nothing is to be done.
    package let remedy: String

    package static func ok(_ subject: String, _ text: String) -> DoctorFinding {
        DoctorFinding(verdict: .ok, subject: subject, text: text, remedy: "")
    }

    package static func warning(
        _ subject: String,
        _ text: String,
        remedy: String
    ) -> DoctorFinding {
        DoctorFinding(verdict: .warning, subject: subject, text: text, remedy: remedy)
    }

    package static func problem(
        _ subject: String,
        _ text: String,
        remedy: String
    ) -> DoctorFinding {
        DoctorFinding(verdict: .problem, subject: subject, text: text, remedy: remedy)
    }
}
