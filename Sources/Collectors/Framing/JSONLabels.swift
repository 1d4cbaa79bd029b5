// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Members that are added to every JSON line of a file.
///
/// Source: around-the-engine.md §2.1, `label`; a dot in a key makes an object
/// within.
package struct JSONLabels: Sendable, Equatable {
    /// The members as they stand in an object, without its braces; never empty.
    let members: [UInt8]

    /// Nil when there are no labels.
    package init?(_ labels: [(key: String, value: String)]) {
        var root = Node()
        for label in labels {
            root.set(label.key.split(separator: ".").map(String.init)[...], to: label.value)
        }
        guard !root.members.isEmpty else { return nil }
        var text: [UInt8] = []
        root.write(to: &text)
        members = text
    }

    private struct Node {
        enum Value {
            case text(String)
            case object(Node)
        }

        /// In the order of the file.
        var members: [(key: String, value: Value)] = []

        /// Of labels that contradict each other the later counts.
        mutating func set(_ path: ArraySlice<String>, to value: String) {
            guard let key = path.first else { return }
            let index = members.firstIndex { $0.key == key }
            var inner = Node()
            if let index, case .object(let node) = members[index].value { inner = node }
            let rest = path.dropFirst()
            inner.set(rest, to: value)
            let member = (key: key, value: rest.isEmpty ? Value.text(value) : .object(inner))
            if let index { members[index] = member } else { members.append(member) }
        }

        func write(to output: inout [UInt8]) {
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.appendJSONString(member.key)
                output.append(UInt8(ascii: ":"))
                switch member.value {
                case .text(let text): output.appendJSONString(text)
                case .object(let node):
                    output.append(UInt8(ascii: "{"))
                    node.write(to: &output)
                    output.append(UInt8(ascii: "}"))
                }
            }
        }
    }
}
