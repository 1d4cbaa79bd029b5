// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// What is never acted upon, whatever an alert says.
package struct Protections: Sendable {
    /// Patterns of container names and images, `*` for any text.
    package var names: [String] = []
    package var images: [String] = []
    /// Labels, `KEY` or `KEY=VALUE`.
    package var labels: [String] = []
    /// Names of the engine's networks: who is in one of them is left alone.
    package var networks: [String] = []
    /// Whether who starts a container may protect it with `jaga.response=never`.
    package var honoursOwnLabel = true
    /// From the settings: `<white_list>` and `<never address="">`.
    package var addresses = AddressList()
    /// Of this host: its own addresses, gateways, the manager.
    package var ownAddresses = AddressList()
    /// What is never done at all.
    package var kinds: Set<ActKind> = []
    /// Accounts besides root.
    package var accounts: Set<String> = []
    /// The container that Jaga runs in; nil outside of one.
    package var ownContainer: String?

    package init() {}

    /// The label by which who starts a container asks to have it left alone.
    package static let ownLabel = "jaga.response"

    /// Why something is not done at all; nil when it may be.
    package func objection(toKind kind: ActKind) -> String? {
        kinds.contains(kind) ? "\(kind.rawValue) is forbidden by the settings" : nil
    }

    /// Why a container is left alone; nil when it is not.
    package func objection(to container: ContainerFacts) -> String? {
        if container.id == ownContainer { return "it is Jaga's own container" }
        if honoursOwnLabel, container.labels[Self.ownLabel] == "never",
            container.imageLabels[Self.ownLabel] != "never"
        {
            return "its label \(Self.ownLabel)=never protects it"
        }
        if let name = names.first(where: { Wildcard.matches($0, container.name) }) {
            return "its name is protected by the settings (\(name))"
        }
        if let image = images.first(where: { Wildcard.matches($0, container.image) }) {
            return "its image is protected by the settings (\(image))"
        }
        if let label = labels.first(where: { Self.has($0, container.labels) }) {
            return "a label is protected by the settings (\(label))"
        }
        return nil
    }

    /// Why a container that is in these networks is left alone; nil when it is not.
    package func objection(toNetworks names: [String]) -> String? {
        networks.lazy.filter { pattern in names.contains { Wildcard.matches(pattern, $0) } }
            .first.map { "a network that it is in is protected by the settings (\($0))" }
    }

    /// Why an address is not blocked; nil when it may be.
    package func objection(toAddress text: String) -> String? {
        guard let address = IPAddress([UInt8](text.utf8).span) else { return "it is no address" }
        if Self.unblockable.contains(address) {
            return "it is loopback, unspecified, link-local, multicast or broadcast"
        }
        if ownAddresses.contains(address) { return "it is an address or a gateway of this host" }
        if addresses.contains(address) { return "it is protected by the settings" }
        return nil
    }

    /// Why an account is not disabled; nil when it may be.
    ///
    /// Source: around-the-engine.md §6.1 for the characters.
    package func objection(toAccount name: String) -> String? {
        guard Self.isAccountName(name) else { return "it is no name of an account" }
        if name == "root" { return "root is never disabled" }
        return accounts.contains(name) ? "it is protected by the settings" : nil
    }

    /// Characters of a user in an alert that may reach an act.
    static func isAccountName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64,
            first != UInt8(ascii: "-"), first != UInt8(ascii: ".")
        else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || "._@-".utf8.contains(byte)
        }
    }

    private static let unblockable: AddressList = {
        var list = AddressList()
        for entry in [
            "127.0.0.0/8", "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/127",
            "fe80::/10", "ff00::/8",
        ] {
            // Each of them is an address with bits, as a test holds.
            try? list.append(entry.utf8)
        }
        return list
    }()

    private static func has(_ pattern: String, _ labels: [String: String]) -> Bool {
        let parts = pattern.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = parts.first else { return false }
        return labels.contains { label in
            Wildcard.matches(String(key), label.key)
                && (parts.count < 2 || Wildcard.matches(String(parts[1]), label.value))
        }
    }
}

/// A container, as far as protections look at it.
package struct ContainerFacts: Sendable, Hashable {
    package var id: String
    package var name: String
    package var image: String
    package var labels: [String: String]
    /// Those of ``labels`` that are its image's, as far as they were looked at: whoever made the
    /// image wrote them, not whoever started the container.
    package var imageLabels: [String: String] = [:]

    package init(id: String, name: String, image: String, labels: [String: String]) {
        self.id = id
        self.name = name
        self.image = image
        self.labels = labels
    }
}

/// Patterns in which `*` stands for any text.
enum Wildcard {
    /// Whether the whole text fits; linear but for the number of stars.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern.utf8), Array(text.utf8))
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
