// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What was found in each image at its last scan, so that only changes are told.
///
/// An image is known by its name: a new build of `shop:latest` is held against the
/// one before. What is not named goes by its id.
package struct FindingHistory: Sendable, Hashable {
    /// What is remembered of a finding: enough to say that it is solved.
    package struct Known: Sendable, Hashable {
        package let id: String
        package let severity: Severity
        package let kind: InstalledPackage.Kind
        package let name: String
        package let version: String
        package let architecture: String
        package let isExploited: Bool

        package init(_ finding: Finding) {
            id = finding.id
            severity = finding.severity
            kind = finding.package.kind
            name = finding.package.name
            version = finding.package.version
            architecture = finding.package.architecture
            isExploited = finding.isExploited
        }

        fileprivate init?(_ reader: inout ByteReader) {
            guard let id = reader.string(), let rank = reader.byte(),
                let kind = reader.string().flatMap(InstalledPackage.Kind.init(rawValue:)),
                let name = reader.string(), let version = reader.string(),
                let architecture = reader.string(), let exploited = reader.byte()
            else { return nil }
            self.id = id
            severity = Severity(rawValue: rank) ?? .unknown
            self.kind = kind
            self.name = name
            self.version = version
            self.architecture = architecture
            isExploited = exploited != 0
        }

        fileprivate func append(to bytes: inout [UInt8]) {
            bytes.append(string: id)
            bytes.append(severity.rawValue)
            for text in [kind.rawValue, name, version, architecture] { bytes.append(string: text) }
            bytes.append(isExploited ? 1 : 0)
        }

        /// As ``Finding/key``, but for the version: an upgrade that does not mend is
        /// no change.
        fileprivate var key: String { "\(id) \(kind.rawValue) \(name)" }
    }

    /// What is new and what is gone.
    package struct Changes: Sendable, Hashable {
        /// The worst first.
        package var found: [Finding] = []
        package var solved: [Known] = []
        /// Found before, and used by attackers since.
        package var exploited: [Finding] = []
        /// Whether the image was never seen before.
        package var isFirst = false

        package init() {}

        package var isEmpty: Bool { found.isEmpty && solved.isEmpty && exploited.isEmpty }
    }

    private struct Image: Sendable, Hashable {
        var id: String
        var findings: [Known]
    }

    private static let format: UInt64 = 1
    private var images: [String: Image] = [:]

    package init() {}

    /// Whether no image was ever scanned.
    package var isEmpty: Bool { images.isEmpty }

    /// The names under which images are known.
    package var subjects: [String] { images.keys.sorted() }

    /// What was found in an image at its last scan, in the report's order.
    package func findings(of subject: String) -> [Known] { images[subject]?.findings ?? [] }

    /// The id that an image had at its last scan; nil for one that is not known.
    package func imageID(_ subject: String) -> String? { images[subject]?.id }

    /// Takes a report over, and says what it changed.
    ///
    /// Findings that are put aside count as known, so that the end of an exception
    /// tells them anew.
    package mutating func take(_ report: ImageReport, as subject: String) -> Changes {
        var changes = Changes()
        let before = images[subject]
        changes.isFirst = before == nil
        let known = Dictionary(
            (before?.findings ?? []).map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let now = report.findings.map(Known.init)
        for (finding, entry) in zip(report.findings, now) {
            guard let old = known[entry.key] else {
                changes.found.append(finding)
                continue
            }
            if finding.isExploited, !old.isExploited { changes.exploited.append(finding) }
        }
        let present = Set(now.map(\.key) + report.excepted.map { Known($0.finding).key })
        changes.solved = (before?.findings ?? []).filter { !present.contains($0.key) }
        images[subject] = Image(id: report.image.id, findings: now)
        return changes
    }

    /// Makes a subject known that is an image known under another name: an image
    /// that a container goes on with while its tag went to the next build.
    package mutating func adopt(_ subject: String, id: String) {
        guard images[subject] == nil, let same = images.values.first(where: { $0.id == id }) else {
            return
        }
        images[subject] = same
    }

    /// Forgets images that are not among these.
    package mutating func keep(_ subjects: Set<String>) {
        images = images.filter { subjects.contains($0.key) }
    }

    /// The form in which it is kept.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(variable: Self.format)
        bytes.append(variable: UInt64(images.count))
        for (subject, image) in images.sorted(by: { $0.key < $1.key }) {
            bytes.append(string: subject)
            bytes.append(string: image.id)
            bytes.append(variable: UInt64(image.findings.count))
            for finding in image.findings { finding.append(to: &bytes) }
        }
        return bytes
    }

    /// Nil for bytes of another format, or damaged ones.
    package init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.variable() == Self.format, let count = reader.count() else { return nil }
        for _ in 0..<count {
            guard let subject = reader.string(), let id = reader.string(),
                let findingCount = reader.count()
            else { return nil }
            var image = Image(id: id, findings: [])
            for _ in 0..<findingCount {
                guard let finding = Known(&reader) else { return nil }
                image.findings.append(finding)
            }
            images[subject] = image
        }
    }
}

extension VulnerabilityFolder {
    /// What was kept of earlier scans; empty when that is nothing, or damaged.
    package func readHistory() -> FindingHistory {
        // A history that is lost means that scans begin anew, silently.
        guard let bytes = try? Files.contents(of: history, limit: 512 << 20) else {
            return FindingHistory()
        }
        return FindingHistory(bytes: bytes) ?? FindingHistory()
    }

    /// Keeps the history; it blocks.
    ///
    /// - Throws: ``VulnerabilityError`` `file`
    package func keep(_ history: FindingHistory) throws {
        try Files.replace(self.history, with: history.bytes, outliving: .power)
    }

    /// When the advisories were last written, in nanoseconds since the epoch; nil
    /// without any.
    package var advisoriesModified: Int64? { Files.modifiedNanoseconds(advisories) }
}
