// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A vulnerability of a package that is in an image.
package struct Finding: Sendable, Hashable {
    package let package: InstalledPackage
    /// The CVE; the advisory's own id where there is none.
    package let id: String
    /// What says so.
    package let advisory: Advisory
    package var severity: Severity
    /// CVSS base score, of the advisory or another about the same CVE.
    package var score: Double?
    package var vector = ""
    package var summary = ""
    package var published = ""
    /// The first version without it; nil when there is none yet.
    package let fixed: String?
    /// The last version with it, where that is told instead.
    package let last: String?
    /// Since when attackers are known to use it; empty when they are not.
    package var exploitedSince = ""
    /// How likely it is used within a month, from 0 to 1.
    package var likelihood: Double?

    package init(
        package: InstalledPackage,
        id: String,
        advisory: Advisory,
        severity: Severity,
        fixed: String?,
        last: String?
    ) {
        self.package = package
        self.id = id
        self.advisory = advisory
        self.severity = severity
        self.fixed = fixed
        self.last = last
    }

    package var isExploited: Bool { !exploitedSince.isEmpty }

    /// Which versions have it, in Wazuh's words.
    ///
    /// Source: around-the-engine.md §10.
    package var condition: String {
        if let fixed { return "Package less than " + fixed }
        if let last { return "Package less than or equal to " + last }
        return "Package unfixed"
    }

    /// What tells it from others of the same image.
    package var key: String {
        "\(id) \(package.kind.rawValue) \(package.name) \(package.version)"
    }

    /// The worst first, those in use before others.
    static func isBefore(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.isExploited != right.isExploited { return left.isExploited }
        return (left.package.name, left.id, left.package.version)
            < (right.package.name, right.id, right.package.version)
    }
}

/// The vulnerabilities of an image, and what is not known of it.
package struct ImageReport: Sendable, Hashable {
    package private(set) var image: ImageInventory
    /// The worst first.
    package var findings: [Finding]
    /// Findings that somebody has put aside, with the reason.
    package var excepted: [ExceptedFinding] = []
    /// What stands against taking the absence of findings for safety; for people.
    package var gaps: [String]
    /// When advisories were compiled, in seconds since the epoch; nil without any.
    package let advisoryTime: Int64?

    package init(
        image: ImageInventory,
        findings: [Finding],
        gaps: [String],
        advisoryTime: Int64?
    ) {
        self.image = image
        self.findings = findings
        self.gaps = gaps
        self.advisoryTime = advisoryTime
    }

    /// The same of one layer's packages alone.
    package func of(layer name: String) -> ImageReport {
        let layer = image.layers.lastIndex(of: name)
        var report = self
        report.image.packages = image.packages.filter { $0.layer == layer }
        report.findings = findings.filter { $0.package.layer == layer }
        report.excepted = excepted.filter { $0.finding.package.layer == layer }
        return report
    }

    /// How many findings of each severity there are.
    package var counts: [Severity: Int] {
        findings.reduce(into: [:]) { $0[$1.severity, default: 0] += 1 }
    }
}

/// A finding that an exception or a VEX statement puts aside.
package struct ExceptedFinding: Sendable, Hashable {
    package let finding: Finding
    /// Why, and who says so.
    package let reason: String

    package init(finding: Finding, reason: String) {
        self.finding = finding
        self.reason = reason
    }
}
