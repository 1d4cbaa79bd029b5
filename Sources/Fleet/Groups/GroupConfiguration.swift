// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a manager configures for the agents of a group: the text of an `agent.conf`, or
/// none.
package struct GroupConfiguration: Sendable, Hashable, Codable {
    /// The longest text, in bytes: in JSON it may be twice as long.
    package static let sizeLimit = FleetCommand.payloadLimit / 2 - 1_024
    /// The group of agents that are in no other.
    package static let standardGroup = "default"

    /// UTF-8; nil when the group has none.
    package let text: String?

    package init(text: String?) {
        self.text = text
    }

    /// SHA-256 of the text in hexadecimal; empty for none.
    package var digest: String { text.map { Self.digest([UInt8]($0.utf8)) } ?? "" }

    /// SHA-256 of bytes in hexadecimal.
    package static func digest(_ bytes: [UInt8]) -> String { SecretText.digest(bytes) }
}

extension FleetCommand.Kind {
    /// Take a ``GroupConfiguration``: use it when it is good, and say why not otherwise.
    package static let configuration = FleetCommand.Kind(rawValue: "configuration")
}
