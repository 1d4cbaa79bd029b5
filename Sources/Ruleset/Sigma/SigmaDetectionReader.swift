// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Reads the search identifiers of `detection`.
///
/// Source: Sigma rules specification 2.0, "Detection".
struct SigmaDetectionReader {
    private let taxonomy: SigmaTaxonomy
    /// Whether something was wrong or refused; it is reported.
    private(set) var isRefused = false
    private var testCount = 0
    /// How many values a rule may name.
    private static let testLimit = 20_000
    /// The longest value, in bytes.
    private static let valueLimit = 4096

    init(taxonomy: SigmaTaxonomy) {
        self.taxonomy = taxonomy
    }

    /// What a search identifier says; nil when something is wrong with it.
    mutating func read(_ node: SigmaNode, _ context: inout LoadingContext) -> SigmaExpression? {
        switch node.kind {
        case .map(let entries): return map(entries, at: node.location, &context)
        case .list(let elements):
            guard !elements.isEmpty else {
                return fail(.emptyElement, node.location, "an empty list", &context)
            }
            var parts: [SigmaExpression] = []
            for element in elements {
                if case .map(let entries) = element.kind {
                    parts += map(entries, at: element.location, &context).map { [$0] } ?? []
                } else {
                    parts += keyword(element, &context).map { [$0] } ?? []
                }
            }
            return parts.count == elements.count ? .any(parts) : nil
        case .scalar: return keyword(node, &context)
        }
    }

    private mutating func map(
        _ entries: [SigmaNode.Entry],
        at location: SourceLocation,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        guard !entries.isEmpty else {
            return fail(.emptyElement, location, "an empty map", &context)
        }
        let parts = entries.compactMap { item($0, &context) }
        return parts.count == entries.count ? .all(parts) : nil
    }

    private mutating func keyword(
        _ node: SigmaNode,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        guard node.text != nil else {
            return fail(.badValue, node.location, "a keyword is \(node.kindName)", &context)
        }
        guard let modifiers = SigmaModifiers(["contains"], at: node.location, &context.log) else {
            return nil
        }
        return test(node, of: SigmaTaxonomy.keywords, modifiers, &context)
    }

    // MARK: Fields

    private mutating func item(
        _ entry: SigmaNode.Entry,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        let words = entry.key.split(separator: "|", omittingEmptySubsequences: false)
        let name = words.first.map(String.init) ?? ""
        guard
            var modifiers = SigmaModifiers(
                Array(words.dropFirst()),
                at: entry.location,
                &context.log
            )
        else {
            isRefused = true
            return nil
        }
        if name.isEmpty { modifiers.searchAnywhere() }
        let field =
            name.isEmpty ? SigmaTaxonomy.keywords : taxonomy.field(name, &context.fieldNames)
        let values = entry.value.elements
        guard !values.isEmpty else {
            return fail(.emptyElement, entry.location, "\(entry.key) has no values", &context)
        }
        if modifiers.needsAll, values.count == 1 {
            context.log.note(
                .withoutEffect,
                at: entry.location,
                "all with a single value says nothing"
            )
        }
        let tests = values.compactMap { test($0, of: field, modifiers, &context) }
        guard tests.count == values.count else { return nil }
        let joined: SigmaExpression =
            tests.count == 1 ? tests[0] : modifiers.needsAll ? .all(tests) : .any(tests)
        return modifiers.isNegated ? .not(joined) : joined
    }

    private mutating func test(
        _ value: SigmaNode,
        of field: SigmaField,
        _ modifiers: SigmaModifiers,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        testCount += 1
        guard testCount <= Self.testLimit, (value.text?.utf8.count ?? 0) <= Self.valueLimit else {
            return fail(
                .textTooLong,
                value.location,
                "the rule has more than \(Self.testLimit) values, or one longer than \(Self.valueLimit) bytes",
                &context
            )
        }
        if value.isNull, modifiers.takesNull {
            return .test(SigmaTest(field: field, comparison: .isNull))
        }
        guard let text = value.text else {
            return fail(.badValue, value.location, "the value is \(value.kindName)", &context)
        }
        return test(
            Comparand(node: value, text: text, field: field, modifiers: modifiers),
            &context
        )
    }

    // MARK: Values

    /// A value and what it is compared with.
    private struct Comparand {
        let node: SigmaNode
        let text: String
        let field: SigmaField
        let modifiers: SigmaModifiers

        func test(_ comparison: SigmaTest.Comparison) -> SigmaExpression {
            .test(SigmaTest(field: field, comparison: comparison))
        }
    }

    private mutating func test(
        _ value: Comparand,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        switch value.modifiers.kind {
        case .text: return text(value, &context)
        case .regex(let options): return regex(value, options, &context)
        case .network: return network(value, &context)
        case .exists:
            guard let isThere = value.node.boolean else {
                let message = "exists wants true or false"
                return fail(.badValue, value.node.location, message, &context)
            }
            return isThere ? value.test(.exists) : .not(value.test(.exists))
        case .number(let relation):
            guard let number = Double(value.text), number.isFinite else {
                let message = "\"\(value.text)\" is no number"
                return fail(.badValue, value.node.location, message, &context)
            }
            return value.test(.number(relation, number))
        case .field:
            let other = taxonomy.field(value.text, &context.fieldNames)
            let placement = value.modifiers.placement ?? .whole
            return value.test(.equalsField(other, placement, isCased: value.modifiers.isCased))
        }
    }

    private mutating func text(
        _ value: Comparand,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        let modifiers = value.modifiers
        var variants = [SigmaText.pieces(value.text)]
        if modifiers.isWindash { variants = variants.map(SigmaDash.widened) }
        if !modifiers.encodings.isEmpty {
            guard let bytes = SigmaText.literal(value.text) else {
                let message = "a value with wildcards cannot be encoded"
                return fail(.badValue, value.node.location, message, &context)
            }
            let encoded = modifiers.encodings.reduce([bytes]) { values, encoding in
                values.flatMap(encoding.encoded)
            }
            variants = encoded.map { [.bytes($0)] }
        }
        let tests = variants.map { pieces in
            let placed = SigmaGlob.placed(pieces, modifiers.placement ?? .whole)
            return value.test(.text(SigmaGlob(placed, isCased: modifiers.isCased)))
        }
        return tests.count == 1 ? tests[0] : .any(tests)
    }

    private mutating func regex(
        _ value: Comparand,
        _ options: String,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        let prefix = options.isEmpty ? "" : "(?\(options))"
        do {
            return value.test(.regex(try PCRE2Expression((prefix + value.text).utf8)))
        } catch {
            let place = value.node.location(at: max(error.offset - prefix.utf8.count, 0))
            return fail(.badPattern, place, error.message, &context)
        }
    }

    private mutating func network(
        _ value: Comparand,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        var list = AddressList()
        do {
            try list.append(value.text.utf8)
            return value.test(.network(list))
        } catch {
            return fail(.badValue, value.node.location, error.message, &context)
        }
    }

    private mutating func fail(
        _ fault: RulesetFault,
        _ location: SourceLocation,
        _ message: String,
        _ context: inout LoadingContext
    ) -> SigmaExpression? {
        isRefused = true
        context.log.error(fault, at: location, message)
        return nil
    }
}

extension SigmaModifiers {
    /// Whether null may stand for an absent field.
    fileprivate var takesNull: Bool {
        kind == .text && placement == nil && encodings.isEmpty && !isWindash
    }

    /// Makes a value without place one that stands anywhere, as keywords do.
    fileprivate mutating func searchAnywhere() {
        if kind == .text, placement == nil { placeAnywhere() }
    }
}
