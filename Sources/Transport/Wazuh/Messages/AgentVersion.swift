// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The version of an agent or manager, compared by numbers.
///
/// Source: around-the-engine.md §5.8.
package struct AgentVersion: Sendable, Hashable, Comparable {
    package let major: Int
    package let minor: Int
    package let patch: Int

    /// Reads `v4.14.7`, `Wazuh v4.14.7` or `4.14.7`; nil for anything else.
    ///
    /// What follows the third number, as in `4.14.7-rc1`, does not count.
    package init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("Wazuh ") { rest = rest.dropFirst(6) }
        if rest.first == "v" { rest = rest.dropFirst() }
        let parts = rest.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let major = Self.number(parts[0]),
            let minor = Self.number(parts[1]),
            let patch = Self.number(parts[2].prefix { $0.isASCII && $0.isNumber })
        else { return nil }
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    package static func < (left: AgentVersion, right: AgentVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int(text)
    }
}
