// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Something wrong with how a container is run; a container has one of each kind.
package struct Finding: Sendable, Hashable {
    package let kind: FindingKind
    package let severity: Severity
    /// What it is about, in order: `/etc (read-only)`, `SYS_ADMIN`, `DB_PASSWORD`.
    ///
    /// Never a secret's value; empty when the kind says all.
    package let subjects: [String]

    package init(_ kind: FindingKind, _ severity: Severity, _ subjects: [String] = []) {
        self.kind = kind
        self.severity = severity
        self.subjects = subjects
    }
}

/// How a container is run, judged.
package struct ContainerPosture: Sendable, Hashable {
    /// The worst first, then by kind.
    package let findings: [Finding]
    /// Findings that the container's label takes out, or that are Jaga's own.
    package let ignored: [Finding]

    /// From 0 to 100, which has no findings.
    package var score: Int {
        max(0, 100 - findings.reduce(0) { $0 + $1.severity.weight })
    }

    init(_ findings: [Finding], ignored: [Finding]) {
        self.findings = Self.ordered(findings)
        self.ignored = Self.ordered(ignored)
    }

    package var worst: Severity? { findings.first?.severity }

    private static func ordered(_ findings: [Finding]) -> [Finding] {
        findings.sorted {
            $0.severity != $1.severity
                ? $0.severity > $1.severity : $0.kind.rawValue < $1.kind.rawValue
        }
    }
}
