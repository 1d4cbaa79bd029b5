// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// The Sigma rules of a ruleset laid out for running: expressions without
/// references, in flat tables.
struct SigmaPlan: Sendable {
    /// A node of an expression; ranges are of ``children``.
    enum Step: Sendable {
        case all(Range<Int>)
        case any(Range<Int>)
        case not(Int)
        /// Index into ``tests``.
        case test(Int)
    }

    /// One comparison.
    struct Test: Sendable {
        /// Range of ``viewLists``.
        let views: Range<Int>
        let comparison: Comparison
    }

    /// ``SigmaTest/Comparison`` with tables' indices in place of values.
    enum Comparison: Sendable {
        case text(glob: Int)
        case regex(Int)
        case network(Int)
        case number(SigmaTest.Relation, Double)
        case exists
        case isNull
        case equalsField(views: Range<Int>, SigmaTest.Placement, isCased: Bool)
    }

    /// What running needs of a detection.
    struct Detection: Sendable {
        /// Index into ``Ruleset/rules``.
        let rule: Int
        /// Index into ``sources``.
        let source: Int
        /// Index into ``steps``.
        let root: Int
        let isSilent: Bool
        /// Range of ``feeds``.
        let feeds: Range<Int>
        /// Indices into ``steps`` of its search identifiers.
        let searches: Range<Int>
    }

    /// A correlation that a detection's events go to, and how it reads them.
    struct Feed: Sendable {
        let correlation: Int
        /// For each field to group by, a range of ``viewLists``.
        let groupBy: [Range<Int>]
        let value: Range<Int>?
    }

    private(set) var detections: [Detection] = []
    private(set) var sources: [SigmaLogSource] = []
    private(set) var steps: [Step] = []
    private(set) var children: [Int] = []
    private(set) var tests: [Test] = []
    private(set) var views: [SigmaView] = []
    /// Indices into ``views``.
    private(set) var viewLists: [Int] = []
    private(set) var globs = SigmaGlobTable()
    private(set) var regexes: [PCRE2Expression] = []
    private(set) var networks: [AddressList] = []
    private(set) var feeds: [Feed] = []
    private(set) var searchRoots: [Int] = []
    let correlations: [SigmaCorrelation]
    private(set) var prefilter = SigmaPrefilter()
    /// By source: the views that the prefilter looks at.
    private(set) var lookedViews: [[Int]] = []
    /// By view, how many texts are sought in it.
    private(set) var soughtTexts: [Int] = []

    private var viewIndices: [SigmaView: Int] = [:]
    private var sourceIndices: [SigmaLogSource: Int] = [:]

    init(_ rules: SigmaRules) {
        correlations = rules.correlations
        var feedsOfDetection = [[Feed]](repeating: [], count: rules.detections.count)
        for (index, correlation) in rules.correlations.enumerated() {
            for source in correlation.sources {
                let groupBy = source.groupBy.map { add($0) }
                let value = source.value.map { add($0) }
                feedsOfDetection[source.detection].append(
                    Feed(correlation: index, groupBy: groupBy, value: value)
                )
            }
        }
        for (index, detection) in rules.detections.enumerated() {
            add(detection, feeding: feedsOfDetection[index])
        }
        viewIndices = [:]
        sourceIndices = [:]
    }

    /// Whether there is nothing to run.
    var isEmpty: Bool { detections.isEmpty }

    private mutating func add(_ detection: SigmaDetection, feeding: [Feed]) {
        var roots: [Int] = []
        for search in detection.searches { roots.append(add(search.expression, searches: roots)) }
        let root = add(detection.condition, searches: roots)
        let firstFeed = feeds.count
        feeds += feeding
        let firstSearch = searchRoots.count
        searchRoots += roots
        let source = index(of: detection.source)
        let need = SigmaNeed(detection)
        prefilter.add(need)
        for view in need?.views ?? [] {
            let number = index(of: view)
            if !lookedViews[source].contains(number) { lookedViews[source].append(number) }
        }
        detections.append(
            Detection(
                rule: detection.rule,
                source: source,
                root: root,
                isSilent: detection.isSilent,
                feeds: firstFeed..<feeds.count,
                searches: firstSearch..<searchRoots.count
            )
        )
    }

    private mutating func index(of source: SigmaLogSource) -> Int {
        if let known = sourceIndices[source] { return known }
        sources.append(source)
        lookedViews.append([])
        sourceIndices[source] = sources.count - 1
        return sources.count - 1
    }

    /// Adds an expression and returns its step.
    private mutating func add(_ expression: SigmaExpression, searches: [Int]) -> Int {
        switch expression {
        case .search(let index): return searches[index]
        case .all(let parts):
            let range = add(parts, searches: searches)
            return append(.all(range))
        case .any(let parts):
            let range = add(parts, searches: searches)
            return append(.any(range))
        case .not(let part):
            let step = add(part, searches: searches)
            return append(.not(step))
        case .test(let test): return append(.test(add(test)))
        }
    }

    private mutating func add(_ parts: [SigmaExpression], searches: [Int]) -> Range<Int> {
        let steps = parts.map { add($0, searches: searches) }
        let start = children.count
        children += steps
        return start..<children.count
    }

    private mutating func append(_ step: Step) -> Int {
        steps.append(step)
        return steps.count - 1
    }

    private mutating func add(_ test: SigmaTest) -> Int {
        let views = add(test.field)
        tests.append(Test(views: views, comparison: comparison(test.comparison, views)))
        return tests.count - 1
    }

    private mutating func comparison(_ comparison: SigmaTest.Comparison, _ views: Range<Int>)
        -> Comparison
    {
        switch comparison {
        case .text(let glob):
            for index in views { soughtTexts[viewLists[index]] += 1 }
            return .text(glob: globs.add(glob))
        case .regex(let expression):
            regexes.append(expression)
            return .regex(regexes.count - 1)
        case .network(let list):
            networks.append(list)
            return .network(networks.count - 1)
        case .number(let relation, let number): return .number(relation, number)
        case .exists: return .exists
        case .isNull: return .isNull
        case .equalsField(let field, let placement, let isCased):
            return .equalsField(views: add(field), placement, isCased: isCased)
        }
    }

    private mutating func add(_ field: SigmaField) -> Range<Int> {
        let start = viewLists.count
        for view in field.views { viewLists.append(index(of: view)) }
        return start..<viewLists.count
    }

    private mutating func index(of view: SigmaView) -> Int {
        if let known = viewIndices[view] { return known }
        views.append(view)
        soughtTexts.append(0)
        viewIndices[view] = views.count - 1
        return views.count - 1
    }
}
