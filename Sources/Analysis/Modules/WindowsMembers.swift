// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The members of an object of texts, in the order they were added.
struct WindowsMembers {
    private var members: [(name: String, value: [UInt8])] = []

    var isEmpty: Bool { members.isEmpty }

    subscript(_ name: String) -> [UInt8]? {
        members.first { $0.name == name }?.value
    }

    /// Adds a member unless its value is empty.
    mutating func add(_ name: String, _ value: [UInt8]) {
        if !value.isEmpty { members.append((name, value)) }
    }

    /// Gives a member another name.
    mutating func rename(_ name: String, to other: String) {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return }
        members[index].name = other
    }

    /// A name with its first letter in lower case.
    static func key(_ name: String) -> String {
        name.prefix(1).lowercased() + name.dropFirst()
    }

    /// Appends the JSON object.
    func append(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(member.name)
            output.append(UInt8(ascii: ":"))
            output.appendJSONString(member.value.span)
        }
        output.append(UInt8(ascii: "}"))
    }
}
