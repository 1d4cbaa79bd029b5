// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which names agents and groups may have.
///
/// They stand in paths, in alerts and on pages: no slash, no dot alone, nothing that a
/// terminal or a shell reads otherwise.
package enum FleetNames {
    private static let longest = 128

    /// Whether an agent may be called so.
    ///
    /// - Compatibility: as Wazuh's enrolment has it: two characters at least.
    package static func isAgentName(_ name: String) -> Bool {
        name.utf8.count >= 2 && isPlain(name)
    }

    /// Whether a group may be called so.
    package static func isGroupName(_ name: String) -> Bool { isPlain(name) }

    private static func isPlain(_ name: String) -> Bool {
        guard (1...longest).contains(name.utf8.count), name.utf8.first != UInt8(ascii: "."),
            name.utf8.first != UInt8(ascii: "-")
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// Makes a host's name one that an agent may have.
    package static func agentName(of hostname: String) -> String {
        let plain = hostname.unicodeScalars.map { scalar in
            isPlain("a\(scalar)") ? Character(scalar) : "_"
        }
        let name = String(plain.drop { $0 == "." || $0 == "-" }.prefix(longest))
        return isAgentName(name) ? name : "agent-\(name)"
    }
}
