// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an agent asks for on port 1515, in one line.
///
/// ```
/// [OSSEC PASS: PASSWORD ]OSSEC A:'NAME'[ V:'VERSION'][ G:'GROUPS'][ IP:'ADDRESS'][ K:'HASH']
/// ```
/// The order is fixed; what stands out of it is ignored with all that follows.
/// Source: around-the-engine.md §4.2.
package struct EnrolmentRequest: Sendable, Hashable {
    /// Bytes of a line at most.
    package static let sizeLimit = 69_632

    package let name: String
    package let version: String?
    package let groups: String?
    /// An address, a network, `any` or `src`.
    package let address: String?
    /// See ``AgentKey/hash``.
    package let keyHash: String?

    package init(
        name: String,
        version: String? = nil,
        groups: String? = nil,
        address: String? = nil,
        keyHash: String? = nil
    ) {
        self.name = name
        self.version = version
        self.groups = groups
        self.address = address
        self.keyHash = keyHash
    }

    /// Reads a line without its end; `password` is what it must begin with, nil
    /// when none is asked for.
    ///
    /// - Throws: ``EnrolmentRefusal``.
    package init(_ line: ArraySlice<UInt8>, password: String?) throws(EnrolmentRefusal) {
        var rest = try Self.withoutPassword(line, password)
        guard let name = try Self.field("OSSEC A:'", "", &rest), !name.isEmpty else {
            throw EnrolmentRefusal("Invalid request for new agent")
        }
        self.name = name
        version = try Self.field(" V:'", "version", &rest)
        groups = try Self.field(" G:'", "group", &rest)
        address = try Self.field(" IP:'", "IP", &rest)
        keyHash = try Self.field(" K:'", "key", &rest)
    }

    /// As it is sent, with its line's end.
    package func line(password: String?) -> [UInt8] {
        var text = password.map { "OSSEC PASS: \($0) " } ?? ""
        text += "OSSEC A:'\(name)'"
        for (mark, value) in [("V", version), ("G", groups), ("IP", address), ("K", keyHash)] {
            if let value { text += " \(mark):'\(value)'" }
        }
        return Array((text + "\n").utf8)
    }

    private static func withoutPassword(
        _ line: ArraySlice<UInt8>,
        _ password: String?
    ) throws(EnrolmentRefusal) -> ArraySlice<UInt8> {
        let word = Array("OSSEC PASS: ".utf8)
        guard let password else {
            // An agent that sends one to a manager that wants none is welcome.
            guard line.starts(with: word) else { return line }
            return from(" OSSEC A:'", in: line)?.dropFirst() ?? line
        }
        let wanted = word + Array(password.utf8) + [UInt8(ascii: " ")]
        guard ConstantTime.equal(line.prefix(wanted.count), wanted) else {
            throw EnrolmentRefusal("Invalid password")
        }
        return line.dropFirst(wanted.count)
    }

    /// The text up to the next quote when the line goes on with `mark`.
    private static func field(
        _ mark: String,
        _ name: String,
        _ rest: inout ArraySlice<UInt8>
    ) throws(EnrolmentRefusal) -> String? {
        guard rest.starts(with: mark.utf8) else { return nil }
        let value = rest.dropFirst(mark.utf8.count)
        guard let quote = value.firstIndex(of: UInt8(ascii: "'")) else {
            throw EnrolmentRefusal(
                name.isEmpty ? "Invalid request for new agent" : "Unterminated \(name) field"
            )
        }
        rest = value[(quote + 1)...]
        return String(decoding: value[..<quote], as: UTF8.self)
    }

    private static func from(_ text: String, in line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        line.indices.lazy.map { line[$0...] }.first { $0.starts(with: text.utf8) }
    }
}
