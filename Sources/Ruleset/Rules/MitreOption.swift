// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The `<mitre>` blocks of a rule.
///
/// Source: analysis-engine.md §5.3, §7.2.
struct MitreOption {
    /// Techniques of blocks that list ids; each once.
    private var ids: [String] = []
    /// Pairs of blocks that name a tactic and a technique; each once.
    private var pairs: [Pair] = []

    private struct Pair: Equatable {
        let tactic: String
        let technique: String
    }

    private static let words = ["id", "tacticID", "techniqueID"]

    /// Reads one block; one that cannot be used is reported and left out.
    mutating func read(_ block: SourceElement, _ log: inout DiagnosticLog) {
        guard let parts = Self.parts(of: block, &log) else { return }
        let listed = parts.filter { $0.word == "id" }.map(\.text)
        let tactics = parts.filter { $0.word == "tacticid" }.map(\.text)
        let techniques = parts.filter { $0.word == "techniqueid" }.map(\.text)
        if !listed.isEmpty, tactics.isEmpty, techniques.isEmpty {
            for id in listed where !ids.contains(id) { ids.append(id) }
        } else if listed.isEmpty, tactics.count == 1, techniques.count == 1 {
            let pair = Pair(tactic: tactics[0], technique: techniques[0])
            if !pairs.contains(pair) { pairs.append(pair) }
        } else {
            log.warning(
                .badValue,
                at: block.location,
                "this mitre block is ignored",
                hint: "it holds either <id> elements, or one <tacticID> and one <techniqueID>"
            )
        }
    }

    private static func parts(
        of block: SourceElement,
        _ log: inout DiagnosticLog
    ) -> [(word: String, text: String)]? {
        var parts: [(word: String, text: String)] = []
        for child in block.children {
            guard words.contains(where: { $0.lowercased() == child.word }) else {
                log.error(
                    .unknownOption,
                    at: child.location,
                    "mitre has no option \"\(child.name)\"",
                    hint: "known: " + words.joined(separator: ", ")
                )
                return nil
            }
            guard !child.text.isEmpty else {
                log.warning(
                    .badValue,
                    at: child.location,
                    "an empty \(child.name): this mitre block is ignored"
                )
                return nil
            }
            parts.append((child.word, child.string))
        }
        return parts
    }

    /// Techniques that the matrix does not have.
    var unknownTechniques: [String] {
        (ids + pairs.map(\.technique)).filter { MitreMatrix.technique($0) == nil }
    }

    /// What the alert says; nil when there is nothing to say.
    func resolved() -> Rule.Mitre? {
        pairs.isEmpty ? resolvedIds() : resolvedPairs()
    }

    private func resolvedIds() -> Rule.Mitre? {
        var tactics: [String] = []
        var techniques: [String] = []
        for id in ids {
            guard let technique = MitreMatrix.technique(id) else { continue }
            techniques.append(technique.name)
            for tactic in technique.tactics where !tactics.contains(tactic) {
                tactics.append(tactic)
            }
        }
        if tactics.isEmpty { return nil }
        return Rule.Mitre(ids: ids, tactics: tactics, techniques: techniques)
    }

    /// Pairs that the matrix does not have are left out; names come once.
    private func resolvedPairs() -> Rule.Mitre? {
        var ids: [String] = []
        var tactics: [String] = []
        var techniques: [String] = []
        for pair in pairs {
            guard let technique = MitreMatrix.technique(pair.technique),
                let tactic = MitreTactic(rawValue: pair.tactic)?.name,
                technique.tactics.contains(tactic)
            else { continue }
            if !tactics.contains(tactic) { tactics.append(tactic) }
            if !techniques.contains(technique.name) {
                techniques.append(technique.name)
                ids.append(pair.technique)
            }
        }
        if tactics.isEmpty { return nil }
        return Rule.Mitre(ids: ids, tactics: tactics, techniques: techniques)
    }
}
