// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Fields that queries treat in their own way.
package enum AlertFields {
    /// Texts: searched by their words, not kept as values of a field.
    package static let texts = ["full_log", "previous_output", "previous_log"]
    /// Fields whose value in a query means words in a row, anywhere in it.
    package static let phrases = Set(texts + ["rule.description"])
    /// Fields that differ in every alert; they are no part of "any field's text".
    static let identities = ["timestamp", "id"]

    static let textPaths = texts.map { [UInt8]($0.utf8) }
    static let identityPaths = identities.map { [UInt8]($0.utf8) }
    static let timestampPath = [UInt8]("timestamp".utf8)
    static let idPath = [UInt8]("id".utf8)

    /// A name with its short form written out.
    static func expanded(_ name: String) -> String {
        if let long = shortNames[name] { return long }
        return name.hasPrefix("container.") ? "data." + name : name
    }

    private static let shortNames: [String: String] = [
        "srcip": "data.srcip", "dstip": "data.dstip", "srcuser": "data.srcuser",
        "dstuser": "data.dstuser", "url": "data.url", "level": "rule.level",
        "description": "rule.description", "groups": "rule.groups",
    ]
}

/// Comparing bytes of an array with those of a span.
extension [UInt8] {
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
