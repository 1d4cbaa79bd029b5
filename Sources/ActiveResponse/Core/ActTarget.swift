// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// What an act is done to, in a form that cannot be wrong.
package enum ActTarget: Sendable, Hashable, Codable {
    case container(ContainerTarget)
    /// In the one way to write it: `192.0.2.1`, `2001:db8::1`.
    case address(String)
    /// The name of a user of this host.
    case account(String)
    /// What a script will act on is the script's to say; alerts with the same
    /// hint are taken for the same until it does.
    case script(hint: String)

    /// For people and for comparing; hostile bytes are in it.
    package var text: String {
        switch self {
        case .container(let container): container.id
        case .address(let text), .account(let text), .script(let text): text
        }
    }
}

/// A container as an alert names it: the id decides, the rest is for people.
package struct ContainerTarget: Sendable, Hashable, Codable {
    /// 64 lower-case hexadecimal digits.
    package let id: String
    package var name: String
    package var image: String
    /// Empty for the first engine.
    package let engine: String

    /// Nil when `id` is not the full id of a container.
    package init?(id: String, name: String, image: String, engine: String) {
        guard id.utf8.count == 64, id.utf8.allSatisfy(Self.isHexDigit) else { return nil }
        self.id = id
        self.name = name
        self.image = image
        self.engine = engine
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.engine == right.engine
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(engine)
    }
}

extension ActTarget {
    /// An address in any way to write it; nil when it is none.
    package init?(address: String) {
        guard let address = IPAddress([UInt8](address.utf8).span) else { return nil }
        self = .address(address.canonicalText)
    }
}
