// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The labels of an agent, as its alerts have them: `<labels>` of its configuration.
///
/// Hidden ones are left out before; those whose names begin with `_` are the system's own,
/// and never shown. Source: analysis-engine.md §10, `agent.labels`.
package struct AgentLabels: Sendable, Hashable {
    package struct Label: Sendable, Hashable {
        /// Dots make objects in objects.
        package let key: String
        package let value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// Labels of one agent at most.
    package static let limit = 64
    /// The longest name and the longest value, in bytes; longer ones are left out.
    package static let keyLimit = 128
    package static let valueLimit = 1_024

    /// In the order of their first mention; no name twice.
    package private(set) var labels: [Label] = []

    package init() {}

    /// Takes what may be shown; of two with one name the later one counts.
    package init(_ labels: some Sequence<Label>) {
        for label in labels { add(label) }
    }

    package var isEmpty: Bool { labels.isEmpty }

    /// Adds one, when it may be shown and there is room.
    package mutating func add(_ label: Label) {
        guard !label.key.isEmpty, !label.key.hasPrefix("_"),
            label.key.utf8.count <= Self.keyLimit, label.value.utf8.count <= Self.valueLimit
        else { return }
        if let index = labels.firstIndex(where: { $0.key == label.key }) {
            labels[index] = label
        } else if labels.count < Self.limit {
            labels.append(label)
        }
    }

    /// A JSON object with them, dots as objects in objects.
    package func appendJSON(to output: inout [UInt8]) {
        var root = Node()
        for label in labels {
            let parts = label.key.split(separator: ".", omittingEmptySubsequences: true)
            root.set(label.value, at: parts.map(String.init)[...])
        }
        root.append(to: &output)
    }

    /// An object that is being made.
    private struct Node {
        private enum Member {
            case text(String)
            case object(Node)
        }

        private var members: [(name: String, member: Member)] = []

        /// A text in the way of an object, or the other way round, gives way to what is
        /// told later.
        mutating func set(_ value: String, at path: ArraySlice<String>) {
            guard let name = path.first else { return }
            let rest = path.dropFirst()
            let index = members.firstIndex { $0.name == name }
            var member = Member.text(value)
            if !rest.isEmpty {
                var node = Node()
                if let index, case .object(let known) = members[index].member { node = known }
                node.set(value, at: rest)
                member = .object(node)
            }
            if let index {
                members[index].member = member
            } else {
                members.append((name, member))
            }
        }

        func append(to output: inout [UInt8]) {
            output.append(UInt8(ascii: "{"))
            for (index, (name, member)) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.appendJSONString(name)
                output.append(UInt8(ascii: ":"))
                switch member {
                case .text(let text): output.appendJSONString(text)
                case .object(let node): node.append(to: &output)
                }
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}
