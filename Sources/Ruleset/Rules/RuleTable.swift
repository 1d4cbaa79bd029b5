// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// The rules loaded so far, put in their tree.
///
/// Source: analysis-engine.md §5.5, §5.8, §5.10.
struct RuleTable {
    /// Every rule once, in load order.
    private(set) var rules: [Rule] = []
    private(set) var tree = RuleTree()
    private(set) var correlationLists = CorrelationLists()
    private(set) var lists: ListRegistry
    private(set) var counts = RulesetLoading.Counts()

    /// Whether a file could not be read to its end: then rules may be missing
    /// that are there, and nobody is blamed for that.
    var isIncomplete = false

    private let decoders: DecoderTree
    private var facts: [Facts] = []
    private var indices: [Int: Int] = [:]
    private var skippedIDs: Set<Int> = []
    private var references = RuleReferences()
    private var groupTexts = GroupTextTable()

    /// What is known of a rule beyond what it is compiled to.
    private struct Facts {
        var category: EventCategory
        /// Number in the table of group texts.
        var groupText: Int
        /// What it counts events of, by the first definition of the rule.
        let matched: MatchedEvents
        let source: Correlation.Source?
    }

    init(decoders: DecoderTree, lists: ListRegistry) {
        self.decoders = decoders
        self.lists = lists
    }

    /// Top-level nodes in evaluation order, by category.
    var rootsByCategory: [[Int]] {
        EventCategory.allCases.map { category in
            tree.roots.filter { facts[tree.nodes[$0].rule].category == category }
        }
    }

    /// Adds a rule to those before it, or changes the one it overwrites; one
    /// that cannot be placed is reported and skipped.
    mutating func insert(_ draft: RuleDraft, _ context: inout LoadingContext) {
        references.add(draft)
        do throws(RuleSkip) {
            if let index = indices[draft.attributes.id] {
                try overwrite(index, by: draft, &context)
            } else {
                try add(draft, &context)
                skippedIDs.remove(draft.attributes.id)
            }
            counts.rules += 1
        } catch {
            counts.skippedRules += 1
            if indices[draft.attributes.id] == nil { skippedIDs.insert(draft.attributes.id) }
            report(error, of: draft, &context.log)
        }
    }

    /// Reports rules that wait for each other as parents.
    func reportCircles(_ log: inout DiagnosticLog) {
        references.reportCircles(&log)
    }

    private func report(_ skip: RuleSkip, of draft: RuleDraft, _ log: inout DiagnosticLog) {
        if isIncomplete, skip.isAboutOthers { return }
        let message = "rule \(draft.attributes.id) is skipped: \(skip.reason)"
        log.warning(skip.fault, at: skip.location, message, hint: skip.hint)
    }

    // MARK: - New rules

    private mutating func add(
        _ draft: RuleDraft,
        _ context: inout LoadingContext
    ) throws(RuleSkip) {
        if draft.attributes.overwrites {
            context.log.warning(
                .nothingToOverwrite,
                at: draft.location,
                "rule \(draft.attributes.id) overwrites nothing and is loaded as a new one",
                hint: "it must come after the rule it overwrites"
            )
        }
        let lookups = try lists.lookups(of: draft, &context)
        let category = RulePlacement.category(of: draft, &context.log)
        let matched = try MatchedEvents(of: draft, known: indices, &context.log)
        let parents = try parents(of: draft, category, &context.log)
        try checkRoom(for: draft, under: parents)

        let source = correlationLists.source(for: matched, &context.log)
        let rule = RuleCompiler(draft, decoders: decoders, lookups: lookups)
            .compiled(source: source, &context)
        append(
            rule,
            Facts(
                category: category,
                groupText: groupTexts.number(of: rule.groupText),
                matched: matched,
                source: source
            ),
            sortKey: draft.attributes.sortKey,
            under: parents
        )
        feed(source, of: matched)
    }

    /// Keeps a few rules that go under everything from filling the memory.
    private func checkRoom(for draft: RuleDraft, under parents: [Int?]) throws(RuleSkip) {
        guard tree.hasRoom(under: parents), !correlationLists.isFull else {
            throw RuleSkip(
                .treeTooLarge,
                at: draft.location,
                "the tree of rules would be too large or too deep",
                hint: "name fewer parents: at most \(RuleTree.nodeLimit) places in all, "
                    + "\(RuleTree.depthLimit) below each other"
            )
        }
    }

    private mutating func append(
        _ rule: Rule,
        _ ruleFacts: Facts,
        sortKey: Int,
        under parents: [Int?]
    ) {
        let index = rules.count
        rules.append(rule)
        facts.append(ruleFacts)
        indices[rule.id] = index
        tree.addRule(sortKey: sortKey)
        for parent in parents { tree.insert(rule: index, under: parent) }
    }

    /// Lets rules feed the list that a new rule searches.
    ///
    /// A group list is fed by every rule so far, the new one included, once for
    /// each of its nodes (§5.8).
    private mutating func feed(_ source: Correlation.Source?, of matched: MatchedEvents) {
        switch (source, matched) {
        case (.sid(let list), .rule(let id)):
            if let index = indices[id] { rules[index].feedsSidList = list }
        case (.group(let list), .group(let pattern)):
            let found = groupTexts.found(byIfMatchedGroup: pattern)
            for index in rules.indices where found[facts[index].groupText] {
                let copies = repeatElement(list, count: tree.nodeCount(of: index))
                rules[index].feedsGroupLists += copies
                correlationLists.groupFeedCount += copies.count
            }
        default: break
        }
    }

    // MARK: - Rules that overwrite

    /// Replaces a rule but for its place in the tree and the list it searches.
    ///
    /// - Compatibility: an `if_matched_sid` or `if_matched_group` that the rule
    ///   did not have first is ignored; a rule without any `if_matched_*` loses
    ///   its correlation. Source: analysis-engine.md §5.10.
    private mutating func overwrite(
        _ index: Int,
        by draft: RuleDraft,
        _ context: inout LoadingContext
    ) throws(RuleSkip) {
        guard draft.attributes.overwrites else { throw duplicate(of: index, draft) }
        let lookups = try lists.lookups(of: draft, &context)
        facts[index].category = RulePlacement.category(of: draft, &context.log)
        let matched = try MatchedEvents(of: draft, known: indices, &context.log)
        let source = newSource(of: index, for: matched, draft, &context.log)
        var rule = RuleCompiler(draft, decoders: decoders, lookups: lookups)
            .compiled(source: source, &context)
        rule.feedsSidList = rules[index].feedsSidList
        rule.feedsGroupLists = rules[index].feedsGroupLists
        rules[index] = rule
        facts[index].groupText = groupTexts.number(of: rule.groupText)
        tree.changeSortKey(of: index, to: draft.attributes.sortKey)
    }

    private func duplicate(of index: Int, _ draft: RuleDraft) -> RuleSkip {
        let first = rules[index].location
        return RuleSkip(
            .duplicateRule,
            at: draft.location,
            "the id is taken",
            hint: "by \(first.file) line \(first.line); "
                + "to change that rule, write overwrite=\"yes\""
        )
    }

    private mutating func newSource(
        of index: Int,
        for matched: MatchedEvents,
        _ draft: RuleDraft,
        _ log: inout DiagnosticLog
    ) -> Correlation.Source? {
        switch matched {
        case .none: return nil
        case .log: return correlationLists.source(for: matched, &log)
        case .rule, .group:
            if !matched.isSame(as: facts[index].matched) {
                log.warning(
                    .fixedByOverwrite,
                    at: draft.location,
                    "rule \(draft.attributes.id): overwrite cannot change if_matched_sid "
                        + "and if_matched_group; the first definition stands",
                    hint: "give the rule an id of its own"
                )
            }
            return facts[index].source
        }
    }

    // MARK: - Places in the tree

    /// The nodes to go under; nil stands for the top.
    private mutating func parents(
        of draft: RuleDraft,
        _ category: EventCategory,
        _ log: inout DiagnosticLog
    ) throws(RuleSkip) -> [Int?] {
        switch RulePlacement(of: draft) {
        case .top: return [nil]
        case .rules(let text): return try nodes(ofRules: text, draft, &log)
        case .level(let text): return try nodes(ofLevel: text)
        case .group(let text):
            let found = groupTexts.found(byIfGroup: text.bytes)
            let nodes = tree.nodes { found[facts[$0].groupText] }
            if !nodes.isEmpty { return nodes }
            throw RuleSkip(
                .unknownGroup,
                at: text.location,
                "no rule before it is in the group \"\(text.string)\""
            )
        case .category:
            if let root = tree.firstRoot(where: { facts[$0].category == category }) {
                return [root]
            }
            throw RuleSkip(
                .noParent,
                at: draft.texts[.category]?.location ?? draft.location,
                "there is no top-level rule of the category \(category.name)",
                hint: "top-level rules are those with ids below 10; or add if_sid"
            )
        }
    }

    private func nodes(ofLevel text: OptionText) throws(RuleSkip) -> [Int] {
        guard let level = RulePlacement.number(text.bytes), level > 0 else {
            throw RuleSkip(.badValue, at: text.location, "if_level is no number above 0")
        }
        let nodes = tree.nodes(withSortKeyFrom: level * 100)
        if !nodes.isEmpty { return nodes }
        throw RuleSkip(.noParent, at: text.location, "no rule before it has level \(level)")
    }

    private func nodes(
        ofRules text: OptionText,
        _ draft: RuleDraft,
        _ log: inout DiagnosticLog
    ) throws(RuleSkip) -> [Int] {
        guard let ids = RulePlacement.identifiers(text.bytes) else {
            throw RuleSkip(
                .badValue,
                at: text.location,
                "\"\(text.string)\" is no list of rule ids",
                hint: "separate ids by commas or spaces"
            )
        }
        var nodes: [Int] = []
        var missing: [RuleSkip] = []
        var own: SourceLocation?
        for (id, offset) in ids {
            if let index = indices[id] {
                nodes += tree.nodesFound(byIfSid: index)
            } else if id == draft.attributes.id, ids.count > 1, draft.texts[.ifMatchedSid] == nil {
                own = text.location(at: offset)
            } else {
                missing.append(missingRule(id, at: text.location(at: offset)))
            }
        }
        if let first = missing.first, nodes.isEmpty || draft.texts[.ifMatchedSid] != nil {
            throw first
        }
        for skip in missing where !isIncomplete {
            let message = "rule \(draft.attributes.id) lacks a parent: \(skip.reason)"
            log.warning(skip.fault, at: skip.location, message, hint: skip.hint)
        }
        if let own { noteOwnParent(draft, at: own, &log) }
        return nodes
    }

    /// A rule that names itself beside others loses nothing: Wazuh's own ruleset
    /// has one.
    private func noteOwnParent(
        _ draft: RuleDraft,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) {
        log.note(
            .ownParent,
            at: location,
            "rule \(draft.attributes.id) names itself as its parent; that has no effect",
            hint: "take the id out of if_sid"
        )
    }

    private func missingRule(_ id: Int, at location: SourceLocation) -> RuleSkip {
        RuleSkip(
            .unknownRule,
            at: location,
            "there is no rule \(id) before it",
            hint: skippedIDs.contains(id)
                ? "rule \(id) was skipped, see its warning"
                : "files are loaded in the order of their names"
        )
    }
}
