// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// An entry of `<whitelist>`: what is known to be harmless, and why.
///
/// All that is given must fit. In path and parameter `*` is any text and `?` one byte.
package struct WebAllowance: Sendable {
    /// Sources; nil for all.
    package var sources: AddressList?
    /// Of the path, without the query.
    package var path: [UInt8]?
    /// Of the parameter's name, or `User-Agent`, `Referer`, `path`.
    package var parameter: [UInt8]?
    /// As in `attack.class`.
    package var kind: [UInt8]?
    /// With it alerts of this rule are not written; else findings are not made.
    package var rule: Int?
    package let reason: String
    /// Where the entry stands, for who asks what it did: `ossec.conf:12`.
    package let place: String

    /// How often an entry let something pass.
    package struct Count: Sendable, Hashable {
        package let place: String
        package let reason: String
        package internal(set) var count: Int

        /// Whether both are of one entry, perhaps in other settings.
        func isOfSameEntry(as other: Count) -> Bool {
            place == other.place && reason == other.reason
        }
    }

    package init(reason: String, place: String) {
        self.reason = reason
        self.place = place
    }

    /// Whether the parts that every request has fit.
    func fitsRequest(source: Span<UInt8>?, path target: Span<UInt8>) -> Bool {
        if let sources {
            guard let source, sources.contains(source) else { return false }
        }
        guard let path else { return true }
        return Self.fits(target, path)
    }

    /// Whether an attack fits.
    func fitsAttack(kind found: String, parameter name: [UInt8]) -> Bool {
        if let kind, !kind.elementsEqual(found.utf8) { return false }
        guard let parameter else { return true }
        return Self.fits(name.span, parameter)
    }

    /// Whether a text fits a pattern of `*` and `?`.
    ///
    /// - Complexity: O(text · pattern) at worst
    static func fits(_ text: Span<UInt8>, _ pattern: [UInt8]) -> Bool {
        var (at, place) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count,
                pattern[place] == text[at] || pattern[place] == UInt8(ascii: "?")
            {
                place += 1
                at += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (place, at) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        while place < pattern.count, pattern[place] == UInt8(ascii: "*") { place += 1 }
        return place == pattern.count
    }
}
