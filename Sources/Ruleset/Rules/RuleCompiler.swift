// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// Compiles a draft whose references are resolved.
struct RuleCompiler {
    private let draft: RuleDraft
    private let decoders: DecoderTree
    private let lookups: [ListLookup]

    init(_ draft: RuleDraft, decoders: DecoderTree, lookups: [ListLookup]) {
        self.draft = draft
        self.decoders = decoders
        self.lookups = lookups
    }

    /// The rule; what is wrong in it is reported and left out.
    ///
    /// `source` is where its correlation searches, nil when it has none.
    func compiled(source: Correlation.Source?, _ context: inout LoadingContext) -> Rule {
        checkDescription(&context.log)
        let conditions = RuleConditions(
            draft,
            decoders: decoders,
            lists: lookups,
            &context.log
        )
        let attributes = draft.attributes
        return Rule(
            id: attributes.id,
            level: attributes.effectiveLevel,
            conditions: conditions.conditions,
            correlation: source.map(correlation(searching:)),
            isSilent: attributes.isSilent,
            ignoreSeconds: attributes.ignoreSeconds,
            description: DescriptionTemplate(draft.description, &context.fieldNames),
            groupText: draft.groupText,
            metadata: metadata(isCorrelation: source != nil),
            options: Rule.Options(
                level: attributes.level,
                keywords: draft.keywords,
                settings: context.settings
            ),
            feedsSidList: nil,
            feedsGroupLists: [],
            location: draft.location,
            fingerprint: draft.fingerprint
        )
    }

    private func checkDescription(_ log: inout DiagnosticLog) {
        if draft.texts[.description] != nil { return }
        log.error(
            .missingOption,
            at: draft.location,
            "rule \(draft.attributes.id) has no description"
        )
    }

    private func correlation(searching source: Correlation.Source) -> Correlation {
        Correlation(
            source: source,
            frequency: draft.attributes.frequency ?? 2,
            timeframe: draft.attributes.timeframe,
            countsAllAgents: draft.countsAllAgents,
            same: draft.same,
            different: draft.different,
            sameFields: draft.sameFields,
            differentFields: draft.differentFields
        )
    }

    private func metadata(isCorrelation: Bool) -> Rule.Metadata {
        let groups = GroupText(draft.groupText)
        return Rule.Metadata(
            groups: groups.groups,
            compliance: groups.compliance,
            mitre: draft.mitre.resolved(),
            unknownTechniques: draft.mitre.unknownTechniques,
            cve: draft.texts[.cve]?.string ?? "",
            info: draft.info,
            frequency: isCorrelation ? draft.attributes.frequency ?? 2 : nil
        )
    }
}
