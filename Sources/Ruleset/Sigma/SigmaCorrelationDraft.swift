// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A correlation rule, read; its rules are still names.
struct SigmaCorrelationDraft {
    let header: SigmaHeader
    let counted: SigmaCorrelation.Counted
    /// Ids or names.
    let rules: [(text: String, location: SourceLocation)]
    let groupBy: [String]
    /// Field by alias and by rule.
    let aliases: [String: [String: String]]
    let value: String?
    let threshold: Int
    let isExact: Bool
    /// Seconds.
    let timespan: Int64
    /// Whether the rules it counts alert themselves.
    let generates: Bool

    private static let thresholdLimit = 100_000
    private static let timespanLimit: Int64 = 90 * 86_400

    /// Nil when the rule cannot be used, which is reported.
    init?(
        _ document: SigmaNode,
        _ header: SigmaHeader,
        _ log: inout DiagnosticLog
    ) {
        guard let body = document["correlation"], body.entries != nil else {
            log.error(
                .badValue,
                at: document["correlation"]?.location ?? header.location,
                "correlation is no map"
            )
            return nil
        }
        let counted = Self.counted(body, &log)
        let rules = Self.rules(body, &log)
        let timespan = Self.timespan(body, &log)
        let aliases = Self.aliases(body["aliases"], &log)
        let limit = counted.flatMap { Self.limit(body, $0, &log) }
        guard let counted, let rules, let timespan, let aliases, let limit else { return nil }
        var header = header
        header.frequency = limit.threshold
        self.header = header
        self.counted = counted
        self.rules = rules
        self.aliases = aliases
        self.timespan = timespan
        groupBy = body["group-by"]?.elements.compactMap(\.text) ?? []
        value = limit.field
        threshold = limit.threshold
        isExact = limit.isExact
        generates = (document["generate"] ?? body["generate"])?.boolean ?? false
    }

    private static func counted(_ body: SigmaNode, _ log: inout DiagnosticLog) -> SigmaCorrelation
        .Counted?
    {
        guard let type = body["type"] else {
            log.error(.missingOption, at: body.location, "correlation has no type")
            return nil
        }
        let word = type.text ?? ""
        if let counted = SigmaCorrelation.Counted(rawValue: word) { return counted }
        let known = ["event_count", "value_count"]
        if word.hasPrefix("temporal") || word.hasPrefix("value_") {
            log.warning(
                .unsupported,
                at: type.location,
                "correlation type \(word) is not supported; the rule is skipped",
                hint: "known: " + known.joined(separator: ", ")
            )
        } else {
            log.error(
                .badValue,
                at: type.location,
                "\"\(word)\" is no correlation type",
                hint: WordSuggestion.hint(for: word, among: known)
            )
        }
        return nil
    }

    private static func rules(
        _ body: SigmaNode,
        _ log: inout DiagnosticLog
    ) -> [(text: String, location: SourceLocation)]? {
        let nodes = body["rules"]?.elements ?? []
        let rules = nodes.compactMap { node in node.text.map { ($0, node.location) } }
        if !rules.isEmpty, rules.count == nodes.count { return rules }
        log.error(
            .missingOption,
            at: body["rules"]?.location ?? body.location,
            "correlation names no rules"
        )
        return nil
    }

    /// A number and `s`, `m`, `h` or `d`.
    private static func timespan(_ body: SigmaNode, _ log: inout DiagnosticLog) -> Int64? {
        guard let node = body["timespan"] else {
            log.error(.missingOption, at: body.location, "correlation has no timespan")
            return nil
        }
        let text = node.text ?? ""
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
            number > 0, number <= timespanLimit / unit
        {
            return number * unit
        }
        log.error(
            .badValue,
            at: node.location,
            "\"\(text)\" is no timespan",
            hint: "write a number and s, m, h or d, such as 15m; at most 90d"
        )
        return nil
    }

    private static func aliases(
        _ node: SigmaNode?,
        _ log: inout DiagnosticLog
    ) -> [String: [String: String]]? {
        guard let node else { return [:] }
        var aliases: [String: [String: String]] = [:]
        for alias in node.entries ?? [] {
            for rule in alias.value.entries ?? [] {
                aliases[alias.key, default: [:]][rule.key] = rule.value.text
            }
        }
        if !aliases.isEmpty { return aliases }
        log.error(
            .badValue,
            at: node.location,
            "aliases is no map of maps",
            hint: "ALIAS: {RULE: FIELD}"
        )
        return nil
    }

    // MARK: Condition

    private struct Limit {
        var threshold = 0
        var isExact = false
        var field: String?
    }

    private static func limit(
        _ body: SigmaNode,
        _ counted: SigmaCorrelation.Counted,
        _ log: inout DiagnosticLog
    ) -> Limit? {
        guard let node = body["condition"], let entries = node.entries else {
            log.error(
                .missingOption,
                at: body["condition"]?.location ?? body.location,
                "correlation has no condition",
                hint: "such as condition: {gte: 10}"
            )
            return nil
        }
        var limit = Limit()
        for entry in entries {
            guard take(entry, &limit, &log) else { return nil }
        }
        if counted == .values, limit.field == nil {
            log.error(.missingOption, at: node.location, "value_count needs condition.field")
            return nil
        }
        guard (1...thresholdLimit).contains(limit.threshold) else {
            log.error(
                .badValue,
                at: node.location,
                "the condition names no count from 1 to \(thresholdLimit)"
            )
            return nil
        }
        return limit
    }

    private static func take(
        _ entry: SigmaNode.Entry,
        _ limit: inout Limit,
        _ log: inout DiagnosticLog
    ) -> Bool {
        let number = entry.value.text.flatMap { Int($0) }.map {
            min(max($0, 0), thresholdLimit + 1)
        }
        switch entry.key {
        case "gte": limit.threshold = number ?? 0
        case "gt": limit.threshold = number.map { $0 + 1 } ?? 0
        case "eq":
            limit.threshold = number ?? 0
            limit.isExact = true
        case "field":
            limit.field = entry.value.text
            if limit.field != nil { return true }
            return refuse(entry, "several fields", "name one field", &log)
        case "lt", "lte", "neq":
            return refuse(entry, entry.key, "only what has come can be counted: gte, gt, eq", &log)
        default:
            log.error(.unknownOption, at: entry.location, "condition has no \"\(entry.key)\"")
            return false
        }
        return true
    }

    private static func refuse(
        _ entry: SigmaNode.Entry,
        _ what: String,
        _ hint: String,
        _ log: inout DiagnosticLog
    ) -> Bool {
        log.warning(
            .unsupported,
            at: entry.location,
            "a correlation's condition with \(what) is not supported; the rule is skipped",
            hint: hint
        )
        return false
    }
}
