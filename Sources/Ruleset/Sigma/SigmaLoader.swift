// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads files of Sigma rules and compiles what is in them.
struct SigmaLoader {
    /// What came of it.
    struct Loaded {
        /// What alerts say of the rules; they follow the XML rules.
        var rules: [Rule] = []
        var sigma = SigmaRules.none
        var skippedRules = 0
    }

    private let decoders: DecoderNames
    private var detections: [SigmaDetectionDraft] = []
    private var correlations: [SigmaCorrelationDraft] = []
    private var skippedRules = 0
    /// Ids and names of all rules, used or not.
    private var known: [String: Reference] = [:]

    private enum Reference {
        case detection(Int)
        case correlation
        /// Read and left out: that is reported already.
        case skipped
    }

    /// Whether a file is one of Sigma rules, by its name.
    static func takes(_ file: RulesetFile) -> Bool {
        file.baseName.hasSuffix(".yml") || file.baseName.hasSuffix(".yaml")
    }

    /// Loads files in the order given; `rules` are those of XML.
    static func load(
        _ files: [RulesetFile],
        behind rules: [Rule],
        decoders: DecoderNames,
        _ context: inout LoadingContext
    ) -> Loaded {
        if files.isEmpty { return Loaded() }
        var loader = SigmaLoader(decoders: decoders)
        for file in files {
            for document in SigmaFile(file, &context.log).documents {
                loader.read(document, &context)
            }
        }
        return loader.compiled(behind: rules, &context)
    }

    private init(decoders: DecoderNames) {
        self.decoders = decoders
    }

    // MARK: Reading

    private mutating func read(_ document: SigmaNode, _ context: inout LoadingContext) {
        let reference = draft(document, &context)
        if case .skipped = reference { skippedRules += 1 }
        for key in [document["id"]?.text?.lowercased(), document["name"]?.text].compactMap(\.self)
        where known[key] == nil {
            known[key] = reference
        }
    }

    private mutating func draft(
        _ document: SigmaNode,
        _ context: inout LoadingContext
    ) -> Reference {
        for word in ["action", "filter"] {
            guard let part = document[word] else { continue }
            context.log.warning(
                .unsupported,
                at: part.location,
                "documents with \(word) are not supported; it is skipped"
            )
            return .skipped
        }
        guard let header = SigmaHeader(document, &context.log), isNew(header, &context.log) else {
            return .skipped
        }
        if document["correlation"] != nil {
            let draft = SigmaCorrelationDraft(document, header, &context.log)
            guard let draft, !header.isBroken else { return .skipped }
            correlations.append(draft)
            return .correlation
        }
        let draft = SigmaDetectionDraft(document, header, decoders, &context)
        guard let draft, !header.isBroken else { return .skipped }
        detections.append(draft)
        return .detection(detections.count - 1)
    }

    private func isNew(_ header: SigmaHeader, _ log: inout DiagnosticLog) -> Bool {
        for key in [header.identity, header.name].compactMap(\.self) where known[key] != nil {
            log.warning(
                .duplicateRule,
                at: header.location,
                "the rule \(key) was loaded already; this one is skipped"
            )
            return false
        }
        return true
    }

    // MARK: Compiling

    private mutating func compiled(behind rules: [Rule], _ context: inout LoadingContext) -> Loaded
    {
        let counted = correlations.compactMap { draft in
            sources(of: draft, &context).map { (draft: draft, sources: $0) }
        }
        skippedRules += correlations.count - counted.count
        var taken: [Int: SourceLocation] = [:]
        for rule in rules { taken[rule.id] = rule.location }
        var ids = SigmaRuleIDs(taken: taken)
        let headers = detections.map(\.header) + counted.map(\.draft.header)
        let numbers = ids.numbers(of: headers, &context.log)

        var loaded = Loaded(skippedRules: skippedRules)
        let silent = silentDetections(counted.map { ($0.draft.generates, $0.sources) })
        // Those of greater level first: they count most when an event has many.
        let order = detections.indices.sorted { left, right in
            (-detections[left].header.level, left) < (-detections[right].header.level, right)
        }
        var places = [Int](repeating: 0, count: detections.count)
        var compiled: [SigmaDetection] = []
        for (place, index) in order.enumerated() {
            places[index] = place
            let draft = detections[index]
            compiled.append(
                detection(draft, rule: rules.count + loaded.rules.count, silent.contains(index))
            )
            loaded.rules.append(rule(draft, numbers[index], context.settings))
        }
        var correlations: [SigmaCorrelation] = []
        for (offset, entry) in counted.enumerated() {
            let number = numbers[detections.count + offset]
            correlations.append(
                correlation(
                    entry.draft,
                    entry.sources,
                    places,
                    rule: rules.count + loaded.rules.count
                )
            )
            var rule = rule(entry.draft, number, context.settings)
            // What it counted is worth nothing when what it counts has changed.
            rule.fingerprint = Fingerprint.of(
                rule.fingerprint,
                with: entry.sources.map { detections[$0.detection].header.fingerprint }
            )
            loaded.rules.append(rule)
        }
        loaded.sigma = SigmaRules(detections: compiled, correlations: correlations)
        return loaded
    }

    private func silentDetections(
        _ counted: [(generates: Bool, sources: [SigmaCorrelation.Source])]
    ) -> Set<Int> {
        let all = counted.filter { !$0.generates }.flatMap(\.sources).map(\.detection)
        let speaking = counted.filter(\.generates).flatMap(\.sources).map(\.detection)
        return Set(all).subtracting(speaking)
    }

    private func detection(_ draft: SigmaDetectionDraft, rule: Int, _ isSilent: Bool)
        -> SigmaDetection
    {
        SigmaDetection(
            rule: rule,
            source: draft.source,
            searches: draft.searches,
            condition: draft.condition,
            conditionText: draft.conditionText,
            isSilent: isSilent
        )
    }

    private func rule(_ draft: SigmaDetectionDraft, _ id: Int?, _ settings: RulesetSettings) -> Rule
    {
        let groups = draft.source.name.split(separator: "/").map(String.init)
        return Rule(draft.header, id: id ?? 0, groups: groups, settings)
    }

    private func rule(_ draft: SigmaCorrelationDraft, _ id: Int?, _ settings: RulesetSettings)
        -> Rule
    {
        Rule(draft.header, id: id ?? 0, groups: ["correlation"], settings)
    }

    private func correlation(
        _ draft: SigmaCorrelationDraft,
        _ sources: [SigmaCorrelation.Source],
        _ places: [Int],
        rule: Int
    ) -> SigmaCorrelation {
        SigmaCorrelation(
            rule: rule,
            sources: sources.map { source in
                SigmaCorrelation.Source(
                    detection: places[source.detection],
                    groupBy: source.groupBy,
                    value: source.value
                )
            },
            counted: draft.counted,
            threshold: draft.threshold,
            isExact: draft.isExact,
            timespan: draft.timespan
        )
    }

    // MARK: What correlations count

    /// The rules that a correlation counts, by their place in ``detections``; nil,
    /// and reported, when one cannot be counted.
    private func sources(
        of draft: SigmaCorrelationDraft,
        _ context: inout LoadingContext
    ) -> [SigmaCorrelation.Source]? {
        var sources: [SigmaCorrelation.Source] = []
        for (text, location) in draft.rules {
            switch known[text] ?? known[text.lowercased()] {
            case .detection(let index):
                sources.append(source(index, text, draft, &context.fieldNames))
            case .correlation:
                context.log.warning(
                    .unsupported,
                    at: location,
                    "a correlation of correlations is not supported; the rule is skipped"
                )
                return nil
            case .skipped:
                context.log.warning(
                    .unknownRule,
                    at: location,
                    "the rule \(text) was skipped, and this correlation with it"
                )
                return nil
            case nil:
                context.log.error(
                    .unknownRule,
                    at: location,
                    "there is no rule with the id or name \(text)"
                )
                return nil
            }
        }
        return sources
    }

    private func source(
        _ index: Int,
        _ reference: String,
        _ draft: SigmaCorrelationDraft,
        _ names: inout FieldNameTable
    ) -> SigmaCorrelation.Source {
        let rule = detections[index]
        let taxonomy = SigmaTaxonomy(isAudit: rule.source.name.hasSuffix("/auditd"))
        func field(_ name: String) -> SigmaField {
            let alias = draft.aliases[name]
            let real = alias?[reference] ?? rule.header.name.flatMap { alias?[$0] } ?? name
            return taxonomy.field(real, &names)
        }
        return SigmaCorrelation.Source(
            detection: index,
            groupBy: draft.groupBy.map { field($0) },
            value: draft.value.map { field($0) }
        )
    }
}
