// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A value of a YAML document and where it stands.
struct SigmaNode {
    let kind: Kind
    let location: SourceLocation

    indirect enum Kind {
        /// `isPlain` says that it stands without quotes.
        case scalar(String, isPlain: Bool)
        case list([SigmaNode])
        case map([Entry])
    }

    /// A key with its value.
    struct Entry {
        let key: String
        let location: SourceLocation
        let value: SigmaNode
    }

    /// The text of a scalar that is not null; nil for all others.
    var text: String? {
        guard case .scalar(let text, _) = kind, !isNull else { return nil }
        return text
    }

    /// Whether this is YAML's null.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = kind else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The entries of a map; nil for all others.
    var entries: [Entry]? {
        guard case .map(let entries) = kind else { return nil }
        return entries
    }

    /// The elements of a list; of anything else that alone.
    var elements: [SigmaNode] {
        guard case .list(let elements) = kind else { return [self] }
        return elements
    }

    /// The value of a key of a map.
    subscript(_ key: String) -> SigmaNode? {
        entries?.first { $0.key == key }?.value
    }

    /// Where a byte of a scalar's text stands, as far as that can be told.
    func location(at offset: Int) -> SourceLocation {
        guard case .scalar(let text, let isPlain) = kind, !text.contains("\n") else {
            return location
        }
        return SourceLocation(
            file: location.file,
            line: location.line,
            column: location.column + offset + (isPlain ? 0 : 1)
        )
    }

    /// The boolean that a scalar is; nil when it is none.
    var boolean: Bool? {
        switch text?.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    /// What the value is, for messages.
    var kindName: String {
        switch kind {
        case .scalar: isNull ? "null" : "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
