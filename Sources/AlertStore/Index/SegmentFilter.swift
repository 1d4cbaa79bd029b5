// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A filter made ready for the segments of one partition.
struct SegmentFilter {
    /// Steps in the order of what they cost.
    private indirect enum Node {
        case all
        case none
        case and([Node])
        case or([Node])
        case not(Node)
        case time(ValueTest.Comparison, Double)
        /// An id, and its seconds.
        case id(AlertMatcher, seconds: Int64?)
        case columns([Int], ValueMatcher)
        /// In the texts of one of ``AlertFields/texts``.
        case words(PhraseMatcher, field: Int)
        case text(PhraseMatcher)
        /// Asked of the lines, of those that pass the other step first.
        case lines(AlertMatcher, among: Node)

        var cost: Int {
            switch self {
            case .all, .none: 0
            case .time: 1
            case .id: 2
            case .columns(let fields, _): fields.count < 2 ? 3 : 5
            case .words: 4
            case .text: 6
            case .not(let inner): inner.cost
            case .and(let members): members.map(\.cost).min() ?? 0
            case .or(let members): members.map(\.cost).max() ?? 0
            case .lines: 9
            }
        }
    }

    private let root: Node

    init(_ filter: AlertFilter, fields: FieldTable) {
        root = Self.node(filter, fields)
    }

    /// Whether every alert passes, without looking.
    var passesAll: Bool { if case .all = root { true } else { false } }

    /// The rows of `scope` that pass.
    func rows(of segment: SegmentView, in scope: RowBitmap) throws -> RowBitmap {
        try Self.evaluate(root, segment, scope)
    }
}

/// Making it ready.
extension SegmentFilter {
    private static func node(_ filter: AlertFilter, _ fields: FieldTable) -> Node {
        switch filter {
        case .all: .all
        case .and(let members):
            .and(members.map { node($0, fields) }.sorted { $0.cost < $1.cost })
        case .or(let members):
            .or(members.map { node($0, fields) }.sorted { $0.cost < $1.cost })
        case .not(let inner): .not(node(inner, fields))
        case .text(let phrase): .text(PhraseMatcher(phrase))
        case .field(let name, let test): node(field: name, test, fields)
        }
    }

    private static func node(field name: String, _ test: ValueTest, _ fields: FieldTable) -> Node {
        let matcher = ValueMatcher(test, field: name)
        let pattern = FieldPattern(name)
        var columns: [Int] = []
        var members: [Node] = []
        for number in fields.numbers(where: pattern) {
            let path = Array(fields.name(number))
            if case .exists = matcher {
                columns.append(number)
            } else if FieldTable.isValueless(path.span) {
                members.append(
                    node(
                        valueless: path,
                        number,
                        .field(String(decoding: path, as: UTF8.self), test)
                    )
                )
            } else {
                columns.append(number)
            }
        }
        if !columns.isEmpty { members.append(.columns(columns, matcher)) }
        switch members.count {
        case 0: return .none
        case 1: return members[0]
        default: return .or(members.sorted { $0.cost < $1.cost })
        }
    }

    /// A test of a field that has no values in columns.
    private static func node(valueless path: [UInt8], _ column: Int, _ filter: AlertFilter) -> Node
    {
        guard case .field(let name, let test) = filter else { return .none }
        let matcher = AlertMatcher(filter)
        let present = Node.columns([column], .exists)
        guard let text = AlertFields.textPaths.firstIndex(of: path) else {
            switch test {
            case .number(let comparison, let bound) where path == AlertFields.timestampPath:
                return .time(comparison, bound)
            case .equals(let value) where path == AlertFields.idPath:
                return .id(matcher, seconds: AlertID.seconds(value.utf8))
            default: return .lines(matcher, among: present)
            }
        }
        switch test {
        case .phrase(let phrase): return .words(PhraseMatcher(phrase), field: text)
        case .equals(let value):
            guard let phrase = TextPhrase(value) else { break }
            return .lines(matcher, among: .words(PhraseMatcher(phrase), field: text))
        default: break
        }
        _ = name
        return .lines(matcher, among: present)
    }
}

/// Asking it.
extension SegmentFilter {
    private static func evaluate(
        _ node: Node,
        _ segment: SegmentView,
        _ scope: RowBitmap
    ) throws -> RowBitmap {
        switch node {
        case .all: return scope
        case .none: return RowBitmap(none: scope.count)
        case .and(let members):
            var rows = scope
            for member in members where !rows.isEmpty {
                rows = try evaluate(member, segment, rows)
            }
            return rows
        case .or(let members):
            var rows = RowBitmap(none: scope.count)
            var rest = scope
            for member in members where !rest.isEmpty {
                let found = try evaluate(member, segment, rest)
                rows.formUnion(found)
                rest.subtract(found)
            }
            return rows
        case .not(let inner):
            var rows = scope
            rows.subtract(try evaluate(inner, segment, scope))
            return rows
        case .time, .id, .lines: return try evaluateSlow(node, segment, scope)
        case .columns(let fields, let test):
            var rows = RowBitmap(none: scope.count)
            for field in fields {
                guard let column = try segment.column(field) else { continue }
                rows.formUnion(column.rows(column.accepted(test.matches)))
            }
            rows.formIntersection(scope)
            return rows
        case .words(let phrase, let field):
            var rows = try PhraseSearch(phrase, segment).rows(inText: field)
            rows.formIntersection(scope)
            return rows
        case .text(let phrase):
            var rows = try PhraseSearch(phrase, segment).rows()
            rows.formIntersection(scope)
            return rows
        }
    }

    private static func evaluateSlow(
        _ node: Node,
        _ segment: SegmentView,
        _ scope: RowBitmap
    ) throws -> RowBitmap {
        switch node {
        case .time(let comparison, let bound):
            let times = try segment.times()
            var rows = RowBitmap(scope.count) { comparison.holds(Double(times[$0]), bound) }
            rows.formIntersection(scope)
            return rows
        case .id(let matcher, let seconds):
            var candidates = scope
            if segment.header.hasRegularIDs {
                guard let seconds, seconds < Int64.max / 1000 - 1 else {
                    return RowBitmap(none: scope.count)
                }
                let second = TimeRange(from: seconds * 1000, to: seconds * 1000 + 1000)
                candidates.formIntersection(try segment.rows(in: second))
            }
            return try lines(matcher, segment, candidates)
        case .lines(let matcher, let first):
            return try lines(matcher, segment, try evaluate(first, segment, scope))
        default: return scope
        }
    }

    private static func lines(
        _ matcher: AlertMatcher,
        _ segment: SegmentView,
        _ candidates: RowBitmap
    ) throws -> RowBitmap {
        var rows = RowBitmap(none: candidates.count)
        try segment.forEachLine(candidates) { row, line in
            if matcher.matches(line.span) { rows.insert(row) }
        }
        return rows
    }
}
