// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A file of rules, decoders or settings, read into elements.
///
/// The dialect is Wazuh's own: several roots, no prolog, no entities, comments
/// from `<!` to `-->` or `!>`, a backslash that keeps a `<` in text. Bytes stay
/// bytes.
///
/// Source: analysis-engine.md §1.
package struct OSXMLDocument: Sendable {
    /// The outermost elements in the order of the file; none for an empty file or
    /// one of comments only.
    package let roots: [XMLElement]

    /// The longest name, text or attribute value, in bytes.
    package static let maximumTextCount = 20_480
    /// How deep elements may be in each other.
    package static let maximumDepth = 1024
    /// How many attributes an element may have.
    package static let maximumAttributes = 48
    /// The longest text after variables are replaced, in bytes.
    ///
    /// - Compatibility: Wazuh has no such limit. With it, a small file cannot
    ///   grow to gigabytes.
    package static let maximumExpandedCount = 262_144
    /// How many bytes variables may put into a file, all texts together.
    ///
    /// - Compatibility: Wazuh has no such limit; the stock ruleset needs some
    ///   kilobytes.
    package static let maximumReplacedCount = 16 << 20

    /// Reads a file.
    ///
    /// With `variables`, `<var>` elements are taken out and `$NAME` is replaced.
    ///
    /// - Throws: the first mistake; nothing of the file is kept.
    package static func parse(
        _ bytes: [UInt8],
        variables: Bool
    ) throws(OSXMLError) -> OSXMLDocument {
        var parser = XMLTreeParser(bytes)
        let roots = try parser.parse()
        guard variables else { return OSXMLDocument(roots: roots) }
        var replacer = VariableReplacer()
        return OSXMLDocument(roots: try replacer.replace(in: roots))
    }
}
