// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Something that a manager wants one agent to do: a kind, and JSON that the kind explains.
///
/// Source: docs/spec/fleet.md, "Commands".
package struct FleetCommand: Sendable, Hashable {
    /// What is to be done; whoever defines a kind adds a name in an extension.
    package struct Kind: RawRepresentable, Sendable, Hashable {
        /// Small letters, digits, dots and lines, at most 64.
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Whether a name may be a kind's.
        package static func isValid(_ name: String) -> Bool {
            (1...64).contains(name.utf8.count)
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }

    /// The longest payload of a command and of its result, in bytes.
    package static let payloadLimit = 256 << 10

    package let kind: Kind
    /// JSON in UTF-8.
    package let payload: String
    /// How long the caller waits for the result.
    package let timeLimit: Duration

    /// A command with JSON as it is.
    ///
    /// - Throws: ``FleetError`` `invalidRequest` when the kind is no name, or the payload
    ///   longer than ``payloadLimit``.
    package init(_ kind: Kind, payload: String, timeLimit: Duration) throws(FleetError) {
        guard Kind.isValid(kind.rawValue) else {
            throw FleetError(.invalidRequest, "\(kind.rawValue) is no kind of command")
        }
        guard payload.utf8.count <= Self.payloadLimit else {
            throw FleetError(
                .invalidRequest,
                "the command \(kind.rawValue) has \(payload.utf8.count) bytes; an agent takes"
                    + " \(Self.payloadLimit)"
            )
        }
        self.kind = kind
        self.payload = payload
        self.timeLimit = timeLimit
    }

    /// A command with a value as JSON.
    ///
    /// - Throws: ``FleetError`` as the other; what the value's encoding throws.
    package init(_ kind: Kind, _ value: some Encodable, timeLimit: Duration) throws {
        let json = try JSONEncoder().encode(value)
        try self.init(
            kind,
            payload: String(decoding: json, as: UTF8.self),
            timeLimit: timeLimit
        )
    }

    /// What the payload says.
    ///
    /// - Throws: ``FleetError`` `invalidRequest` when it is something else.
    package func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try FleetPayload.decode(type, payload, of: kind.rawValue)
    }
}

/// What became of a command on its agent.
package enum FleetCommandResult: Sendable, Hashable {
    /// It was done; JSON that the command's kind explains.
    case done(String)
    /// It was not, and why, in words for people.
    case failed(String)

    /// It was done, with a value as JSON.
    ///
    /// - Throws: What the value's encoding throws.
    package static func done(_ value: some Encodable) throws -> FleetCommandResult {
        .done(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    }

    /// What the payload of a command that was done says.
    ///
    /// - Throws: ``FleetError`` `commandFailed` with the agent's words when it was not done;
    ///   `invalidRequest` when the payload is something else.
    package func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        switch self {
        case .done(let payload): return try FleetPayload.decode(type, payload, of: "result")
        case .failed(let message): throw FleetError(.commandFailed, message)
        }
    }
}

/// Payloads as values.
enum FleetPayload {
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ payload: String,
        of name: String
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(payload.utf8))
        } catch {
            throw FleetError(
                .invalidRequest,
                "the payload of \(name) is not what this version understands: bring agent and"
                    + " manager to the same release",
                cause: error
            )
        }
    }
}
