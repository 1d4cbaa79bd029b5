// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A filter made ready to be asked of single alerts.
///
/// It means the same as the filter does to an ``AlertIndex``.
package struct AlertMatcher: Sendable {
    private indirect enum Node: Sendable {
        case all
        case and([Node])
        case or([Node])
        case not(Node)
        case field(FieldPattern, ValueMatcher)
        case text(PhraseMatcher)
    }

    private let root: Node

    package init(_ filter: AlertFilter) {
        root = Self.node(filter)
    }

    /// Whether the alert, one JSON object, passes; no text that is none does.
    ///
    /// Cost: one walk over the line, and over its leaves for each test.
    package func matches(_ alert: Span<UInt8>) -> Bool {
        AlertLeaves(alert).map(matches) ?? false
    }

    /// Whether an alert with these leaves passes: to ask many filters of one
    /// alert.
    package func matches(_ leaves: AlertLeaves) -> Bool {
        Self.matches(root, leaves)
    }

    private static func node(_ filter: AlertFilter) -> Node {
        switch filter {
        case .all: .all
        case .and(let members): .and(members.map(node))
        case .or(let members): .or(members.map(node))
        case .not(let inner): .not(node(inner))
        case .field(let name, let test):
            .field(FieldPattern(name), ValueMatcher(test, field: name))
        case .text(let phrase): .text(PhraseMatcher(phrase))
        }
    }

    private static func matches(_ node: Node, _ leaves: AlertLeaves) -> Bool {
        switch node {
        case .all: return true
        case .and(let members): return members.allSatisfy { matches($0, leaves) }
        case .or(let members): return members.contains { matches($0, leaves) }
        case .not(let inner): return !matches(inner, leaves)
        case .field(let pattern, let test):
            let bytes = leaves.bytes.span
            for leaf in leaves.leaves where pattern.matches(bytes.extracting(leaf.path)) {
                if test.matches(bytes.extracting(leaf.value)) { return true }
            }
            return false
        case .text(let phrase):
            let bytes = leaves.bytes.span
            for leaf in leaves.leaves {
                let path = bytes.extracting(leaf.path)
                if AlertFields.identityPaths.contains(where: { $0.isEqual(to: path) }) { continue }
                if phrase.matches(bytes.extracting(leaf.value)) { return true }
            }
            return false
        }
    }
}
