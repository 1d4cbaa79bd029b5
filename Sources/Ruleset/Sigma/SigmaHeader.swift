// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a Sigma document says about itself, whatever kind of rule it is.
struct SigmaHeader {
    let title: String
    /// The `id` in lower case; nil when there is none.
    let identity: String?
    let name: String?
    /// From 3 to 14.
    let level: Int
    let tags: [String]
    /// The number that `jaga: id:` fixes.
    let fixedID: Int?
    let fixedIDLocation: SourceLocation
    let location: SourceLocation
    /// See ``Rule/fingerprint``.
    let fingerprint: UInt64
    /// How many events a correlation wants; nil for other rules.
    var frequency: Int?

    /// Wazuh's levels for Sigma's.
    static let levels = [
        "informational": 3, "low": 5, "medium": 8, "high": 12, "critical": 14,
    ]

    private static let knownKeys = [
        "title", "id", "name", "related", "taxonomy", "status", "description", "license",
        "author", "references", "date", "modified", "logsource", "detection", "fields",
        "falsepositives", "level", "tags", "scope", "correlation", "generate", "jaga",
    ]

    /// Whether something is wrong, which is reported; the rest can still be read.
    let isBroken: Bool

    /// Nil for what is no rule or is refused, which is reported.
    init?(_ document: SigmaNode, _ log: inout DiagnosticLog) {
        guard let entries = document.entries else {
            log.error(
                .unknownElement,
                at: document.location,
                "a document is \(document.kindName), not a rule"
            )
            return nil
        }
        guard Self.isUsable(document, &log) else { return nil }
        Self.hintAtKeys(entries, &log)
        location = document["title"]?.location ?? document.location
        fingerprint = Fingerprint.of(document)
        let title = document["title"]?.text
        if title == nil {
            log.error(.missingOption, at: location, "the rule has no title")
        }
        let level = Self.level(document["level"], &log)
        let fixed = document["jaga"]?["id"]
        let fixedID = Self.fixedID(fixed, &log)
        identity = document["id"]?.text?.lowercased()
        name = document["name"]?.text
        tags = document["tags"]?.elements.compactMap { $0.text?.lowercased() } ?? []
        isBroken = title == nil || level == nil || fixedID == nil
        self.title = title ?? ""
        self.level = level ?? 0
        self.fixedID = fixedID == 0 ? nil : fixedID
        fixedIDLocation = fixed?.location ?? location
    }

    /// Own keys are allowed; one that is nearly a known one may be a mistake.
    private static func hintAtKeys(_ entries: [SigmaNode.Entry], _ log: inout DiagnosticLog) {
        for entry in entries where !knownKeys.contains(entry.key) {
            let hint = WordSuggestion.hint(for: entry.key, among: knownKeys)
            guard !hint.isEmpty else { continue }
            log.note(
                .unknownOption,
                at: entry.location,
                "\"\(entry.key)\" says nothing to Jaga",
                hint: hint
            )
        }
    }

    private static func level(_ node: SigmaNode?, _ log: inout DiagnosticLog) -> Int? {
        guard let node else { return levels["medium"] }
        if let level = levels[node.text?.lowercased() ?? ""] { return level }
        log.error(
            .badValue,
            at: node.location,
            "\"\(node.text ?? node.kindName)\" is no level",
            hint: "known: informational, low, medium, high, critical"
        )
        return nil
    }

    /// 0 when none is fixed; nil when it is wrong.
    private static func fixedID(_ node: SigmaNode?, _ log: inout DiagnosticLog) -> Int? {
        guard let node else { return 0 }
        if let text = node.text, let id = Int(text), (1...999_999).contains(id) { return id }
        log.error(.badValue, at: node.location, "jaga.id is no number from 1 to 999999")
        return nil
    }

    private static func isUsable(_ document: SigmaNode, _ log: inout DiagnosticLog) -> Bool {
        if let status = document["status"], status.text?.lowercased() == "unsupported" {
            log.warning(
                .unsupported,
                at: status.location,
                "the rule's status is unsupported; it is skipped"
            )
            return false
        }
        if let taxonomy = document["taxonomy"], let name = taxonomy.text, name != "sigma" {
            log.warning(
                .unsupported,
                at: taxonomy.location,
                "the taxonomy \"\(name)\" is not supported; the rule is skipped",
                hint: "use the field names of the taxonomy sigma, or the decoders' own"
            )
            return false
        }
        return true
    }

    // MARK: The alert's texts

    /// Techniques of tags such as `attack.t1059.004` that the matrix has.
    var mitre: Rule.Mitre? {
        var ids: [String] = []
        var tactics: [String] = []
        var techniques: [String] = []
        for tag in tags where tag.hasPrefix("attack.t") {
            let id = tag.dropFirst("attack.".count).uppercased()
            guard let technique = MitreMatrix.technique(id), !ids.contains(id) else { continue }
            ids.append(id)
            techniques.append(technique.name)
            for tactic in technique.tactics where !tactics.contains(tactic) {
                tactics.append(tactic)
            }
        }
        return ids.isEmpty ? nil : Rule.Mitre(ids: ids, tactics: tactics, techniques: techniques)
    }

    /// `CVE-2021-44228` of a tag `cve.2021-44228`; empty when there is none.
    var cve: String {
        let tag = tags.first { $0.hasPrefix("cve.") }
        return tag.map { "CVE-" + $0.dropFirst("cve.".count).replacing(".", with: "-") } ?? ""
    }
}

extension Rule {
    /// The rule as alerts show it; `groups` follow `sigma`.
    init(_ header: SigmaHeader, id: Int, groups: [String], _ settings: RulesetSettings) {
        let title = Array(header.title.utf8.prefix(1024))
        let groups = ["sigma"] + groups
        self.init(
            id: id,
            level: header.level,
            conditions: [],
            correlation: nil,
            isSilent: false,
            ignoreSeconds: 0,
            description: DescriptionTemplate(
                raw: String(decoding: title, as: UTF8.self),
                parts: [.literal(title)]
            ),
            groupText: groups.joined(separator: ","),
            metadata: Metadata(
                groups: groups,
                compliance: [],
                mitre: header.mitre,
                unknownTechniques: [],
                cve: header.cve,
                info: header.identity.map { "sigma " + $0 } ?? "",
                frequency: header.frequency
            ),
            options: Options(level: header.level, keywords: [], settings: settings),
            feedsSidList: nil,
            feedsGroupLists: [],
            location: header.location
        )
        fingerprint = header.fingerprint
    }
}
