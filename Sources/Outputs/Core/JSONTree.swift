// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A JSON value whose objects keep their order, as outputs read and write them.
package indirect enum JSONTree: Sendable, Hashable {
    /// A member of an object.
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: JSONTree

        package init(_ key: String, _ value: JSONTree) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])

    /// The member of an object; nil for other values, and when there is none.
    package subscript(key: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The value at a path of members, `data.container.name`; a key that has dots of its
    /// own is found too.
    package func at(_ path: some StringProtocol) -> JSONTree? {
        if let value = self[String(path)] { return value }
        guard case .object(let members) = self else { return nil }
        for member in members where path.hasPrefix(member.key + ".") {
            let rest = path.dropFirst(member.key.count + 1)
            if let found = member.value.at(rest) { return found }
        }
        return nil
    }

    /// What stands there as text: a string, number or truth value; else nil.
    package var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// The texts of an array; empty for other values.
    package var texts: [String] {
        guard case .array(let values) = self else { return [] }
        return values.compactMap(\.text)
    }

    /// An object's members, replaced by or added from another object.
    package func merging(_ other: JSONTree) -> JSONTree {
        guard case .object(var members) = self, case .object(let others) = other else {
            return self
        }
        for member in others {
            if let index = members.firstIndex(where: { $0.key == member.key }) {
                members[index].value = member.value
            } else {
                members.append(member)
            }
        }
        return .object(members)
    }

    /// The value as compact JSON text.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        append(to: &output)
        return output
    }

    private func append(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(literal: "null")
        case .bool(let value): output.append(text: value ? "true" : "false")
        case .number(let text): output.append(text: text)
        case .string(let text): output.appendJSONString(text)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                value.append(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.appendJSONString(member.key)
                output.append(UInt8(ascii: ":"))
                member.value.append(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    package init(integerLiteral value: Int) { self = .number("\(value)") }
    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
