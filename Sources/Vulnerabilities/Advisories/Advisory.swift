// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an advisory says of a vulnerability, apart from which packages have it.
package struct Advisory: Sendable, Hashable {
    /// `CVE-2024-3094`, `GHSA-…`, `DSA-…`.
    package var id: String
    /// The CVEs it is about; empty for one that has none yet.
    package var cves: [String] = []
    /// One line.
    package var summary = ""
    package var severity = Severity.unknown
    /// CVSS base score; nil when there is none.
    package var score: Double?
    /// The CVSS vector; empty without one.
    package var vector = ""
    /// RFC 3339; empty when not told.
    package var published = ""
    package var modified = ""
    /// Where more is to be read.
    package var reference = ""
    /// Such as `CWE-79`.
    package var weaknesses: [String] = []
    /// Who says so: `OSV`, `Debian`, `Alpine`.
    package var source: String

    package init(id: String, source: String) {
        self.id = id
        self.source = source
    }
}

/// Which versions of a package have a vulnerability.
package struct AffectedVersions: Sendable, Hashable {
    /// What happens at a version, in the order of versions.
    package enum Event: Sendable, Hashable {
        case introduced(String)
        case fixed(String)
        case lastAffected(String)
    }

    /// Each a list of events of its own.
    package var ranges: [[Event]] = []
    /// Versions that have it whatever the ranges say.
    package var versions: [String] = []
    /// Of this package; `unknown` where only the advisory's counts.
    package var severity = Severity.unknown

    package init(ranges: [[Event]] = [], versions: [String] = []) {
        self.ranges = ranges
        self.versions = versions
    }

    /// What is known of a version.
    package enum Verdict: Sendable, Hashable {
        case unaffected
        /// Since some version, and up to one that is fixed, if there is one.
        case affected(fixed: String?, last: String?)
        /// A version of the advisory or the package has no order.
        case incomparable
    }

    /// Whether a version has it.
    ///
    /// Source: OSV schema 1.7, "Evaluation".
    package func verdict(_ version: String, _ scheme: VersionScheme) -> Verdict {
        var isIncomparable = false
        for events in ranges {
            switch verdict(version, events, scheme) {
            case .unaffected: continue
            case .incomparable: isIncomparable = true
            case let affected: return affected
            }
        }
        if versions.contains(version) { return .affected(fixed: nil, last: nil) }
        return isIncomparable ? .incomparable : .unaffected
    }

    private func verdict(_ version: String, _ events: [Event], _ scheme: VersionScheme) -> Verdict {
        var isAffected = false
        var next: (fixed: String?, last: String?) = (nil, nil)
        for event in events {
            guard let order = order(version, event, scheme) else { return .incomparable }
            switch event {
            case .introduced: if order >= 0 { isAffected = true }
            case .fixed(let fixed):
                if order >= 0 {
                    isAffected = false
                } else if next.fixed == nil {
                    next.fixed = fixed
                }
            case .lastAffected(let last):
                if order > 0 { isAffected = false } else if next.last == nil { next.last = last }
            }
        }
        return isAffected ? .affected(fixed: next.fixed, last: next.last) : .unaffected
    }

    private func order(_ version: String, _ event: Event, _ scheme: VersionScheme) -> Int? {
        switch event {
        case .introduced("0"): 1
        case .introduced(let other), .fixed(let other), .lastAffected(let other):
            scheme.compare(version, other)
        }
    }
}

/// The names under which advisories know packages.
package enum AdvisoryKey {
    /// The key of a package in an ecosystem of OSV.
    ///
    /// `Ubuntu:22.04:LTS` counts as `Ubuntu:22.04`,
    /// `Red Hat:enterprise_linux:9::baseos` as `Red Hat:9`; Python's names are
    /// normalised, NuGet's and Composer's lowered.
    package static func of(_ ecosystem: String, _ name: String) -> String {
        let ecosystem = self.ecosystem(ecosystem)
        let name =
            switch ecosystem {
            case "PyPI": InstalledPackage.pythonName(name)
            case "NuGet", "Packagist": name.lowercased()
            default: name
            }
        return ecosystem + "\n" + name
    }

    package static func ecosystem(_ name: String) -> String {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 2 else { return name }
        switch parts[0] {
        case "Ubuntu" where parts[1] != "Pro": return "Ubuntu:" + parts[1]
        case "Red Hat" where parts[1] == "enterprise_linux": return "Red Hat:" + parts[2]
        case "openEuler": return name
        default: return name
        }
    }

    /// How versions of an ecosystem are ordered.
    package static func scheme(_ ecosystem: String) -> VersionScheme {
        switch ecosystem.prefix(while: { $0 != ":" }) {
        case "Debian", "Ubuntu": .debian
        case "Alpine", "Wolfi", "Chainguard": .alpine
        case "PyPI": .python
        case "Maven": .maven
        case "RubyGems": .gem
        case "npm", "Go", "crates.io", "Packagist", "NuGet": .semantic
        default: .rpm
        }
    }
}

extension InstalledPackage {
    /// The ecosystem, name and version under which advisories know the package,
    /// the likeliest first; none when its distribution is not known.
    func known(to release: SystemRelease?) -> [(ecosystem: String, name: String, version: String)] {
        switch kind {
        case .debian, .alpine:
            guard let ecosystem = release?.ecosystem else { return [] }
            return [(ecosystem, sourceName, sourceVersion)]
        case .rpm:
            guard let ecosystem = release?.ecosystem else { return [] }
            let own = (ecosystem, name, version)
            return sourceName == name ? [own] : [own, (ecosystem, sourceName, version)]
        case .python: return [("PyPI", name, version)]
        case .node: return [("npm", name, version)]
        case .go: return [("Go", name, version)]
        case .java: return [("Maven", name, version)]
        case .gem: return [("RubyGems", name, version)]
        case .rust: return [("crates.io", name, version)]
        case .composer: return [("Packagist", name, version)]
        case .nuget: return [("NuGet", name, version)]
        }
    }
}
