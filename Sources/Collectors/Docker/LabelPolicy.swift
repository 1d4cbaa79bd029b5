// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which labels of a container stand in its events, and how much of them.
///
/// Labels are anybody's text, of any number and size, and some people keep
/// passwords in them.
package struct LabelPolicy: Sendable, Hashable {
    /// Patterns of keys with `*` and `?`; empty for all.
    package var allowed: [String]
    /// At most so many, in the order of their keys.
    package var countLimit: Int
    /// Bytes of a key; one that is longer is left out.
    package var keyLimit: Int
    /// Bytes of a value; a longer one is cut.
    package var valueLimit: Int

    package init(allowed: [String], countLimit: Int, keyLimit: Int, valueLimit: Int) {
        self.allowed = allowed
        self.countLimit = countLimit
        self.keyLimit = keyLimit
        self.valueLimit = valueLimit
    }

    /// All of up to 64, keys of 128 bytes and values of 512, without secrets.
    package static let standard = LabelPolicy(
        allowed: [],
        countLimit: 64,
        keyLimit: 128,
        valueLimit: 512
    )

    /// Parts of keys whose values are no one's business.
    private static let secretWords = [
        "password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "private_key",
        "private-key", "privatekey", "credential", "basicauth",
    ]

    /// The labels that may be shown.
    func shown(_ labels: [String: String]) -> [String: String] {
        let kept = labels.filter { isShown($0.key) }.sorted { $0.key < $1.key }
        return Dictionary(
            kept.prefix(countLimit).map { ($0.key, cut($0.value)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func isShown(_ key: String) -> Bool {
        guard key.utf8.count <= keyLimit else { return false }
        let lower = key.lowercased()
        if Self.secretWords.contains(where: lower.contains) { return false }
        return allowed.isEmpty || allowed.contains { NamePattern($0).matches(key) }
    }

    private func cut(_ value: String) -> String {
        guard value.utf8.count > valueLimit else { return value }
        return String(decoding: Array(value.utf8.prefix(valueLimit)), as: UTF8.self)
    }
}

/// A pattern of names: `*` for any text, `?` for one byte, all else as it is.
///
/// Linear in practice: of several `*` only the last is gone back to.
struct NamePattern: Sendable, Hashable {
    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var (pattern, position) = (0, 0)
        var retry: (pattern: Int, position: Int)?
        while position < name.count {
            if pattern < bytes.count, bytes[pattern] == UInt8(ascii: "*") {
                retry = (pattern + 1, position)
                pattern += 1
            } else if pattern < bytes.count,
                bytes[pattern] == UInt8(ascii: "?") || bytes[pattern] == name[position]
            {
                pattern += 1
                position += 1
            } else if let last = retry {
                retry = (last.pattern, last.position + 1)
                (pattern, position) = (last.pattern, last.position + 1)
            } else {
                return false
            }
        }
        return bytes[pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
