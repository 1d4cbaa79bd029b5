// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Takes `<var>` elements out of a file and replaces `$NAME` by their values.
///
/// Elements are gone through in the order in which they open, and only what
/// comes after a definition uses it.
///
/// - Compatibility: a variable behind a `$(field)` is replaced where it stands;
///   Wazuh corrupts such a text.
///
/// Source: analysis-engine.md §1.3.
struct VariableReplacer {
    private static let maximumNameCount = 255
    /// Shorter texts and values are left alone.
    private static let minimumTextCount = 3

    /// By lower-case name; the first definition stays.
    private var values: [[UInt8]: [UInt8]] = [:]
    /// Bytes of values put into texts so far.
    private var replacedCount = 0

    /// Recursive: the parser bounds the depth.
    mutating func replace(in elements: [XMLElement]) throws(OSXMLError) -> [XMLElement] {
        var kept: [XMLElement] = []
        kept.reserveCapacity(elements.count)
        for var element in elements {
            if element.isNamed("var") {
                try define(element)
                continue
            }
            element.text = try replace(in: element.text, at: element.textPosition)
            for index in element.attributes.indices {
                let attribute = element.attributes[index]
                element.attributes[index].value =
                    try replace(in: attribute.value, at: attribute.position)
            }
            element.children = try replace(in: element.children)
            kept.append(element)
        }
        return kept
    }

    private mutating func define(_ element: XMLElement) throws(OSXMLError) {
        for attribute in element.attributes where attribute.name != "name" {
            throw bad("<\(element.name)> has the attribute \(attribute.name)", attribute.position)
        }
        guard let name = element.attributes.first, !name.value.isEmpty else {
            throw bad("<\(element.name)> has no name", element.position)
        }
        guard name.value.count <= Self.maximumNameCount else {
            throw bad("the name of <\(element.name)> is too long", name.position)
        }
        guard !element.text.isEmpty else {
            throw bad("the variable \(name.string) has no value", element.position)
        }
        let key = name.value.map(\.asciiLowered)
        if values[key] == nil { values[key] = element.text }
    }

    private mutating func replace(
        in text: [UInt8],
        at position: SourcePosition
    ) throws(OSXMLError) -> [UInt8] {
        guard !values.isEmpty, text.count >= Self.minimumTextCount,
            text.contains(UInt8(ascii: "$"))
        else { return text }
        var replaced: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "$") else {
                replaced.append(text[index])
                index += 1
                continue
            }
            let name = Self.name(in: text, after: index)
            let value = try value(of: name, at: position)
            replaced += value
            replacedCount += value.count
            index = name.endIndex
            guard replacedCount <= OSXMLDocument.maximumReplacedCount else {
                throw Self.tooMuch(at: position)
            }
            guard replaced.count <= OSXMLDocument.maximumExpandedCount else {
                throw Self.tooLong(at: position)
            }
        }
        return replaced
    }

    private static func tooMuch(at position: SourcePosition) -> OSXMLError {
        OSXMLError(
            .tooLong,
            "variables put more than \(OSXMLDocument.maximumReplacedCount >> 20) MiB into the file",
            at: position,
            hint: "use shorter variables, or fewer of them"
        )
    }

    private static func tooLong(at position: SourcePosition) -> OSXMLError {
        OSXMLError(
            .tooLong,
            "the text is longer than \(OSXMLDocument.maximumExpandedCount) bytes "
                + "with its variables replaced",
            at: position,
            hint: "use shorter variables"
        )
    }

    /// What follows a `$`, up to a byte that cannot be in a name.
    private static func name(in text: [UInt8], after dollar: Int) -> ArraySlice<UInt8> {
        let rest = text[(dollar + 1)...]
        let end = rest.firstIndex { "$.|, ".utf8.contains($0) }
        return rest[..<(end ?? rest.endIndex)]
    }

    /// What `$NAME` becomes: itself for no name and for `$(field)`.
    private func value(
        of name: ArraySlice<UInt8>,
        at position: SourcePosition
    ) throws(OSXMLError) -> [UInt8] {
        if name.isEmpty || name.first == UInt8(ascii: "(") { return [UInt8(ascii: "$")] + name }
        if let value = values[name.map(\.asciiLowered)] { return value }
        let shown = String(decoding: name.prefix(100), as: UTF8.self)
        throw OSXMLError(
            .unknownVariable,
            "the variable $\(shown) is not defined before this",
            at: position,
            hint: "define it with <var name=\"\(shown)\">, or end the name with one of $ . | , "
                + "or a blank"
        )
    }

    private func bad(_ message: String, _ position: SourcePosition) -> OSXMLError {
        OSXMLError(
            .badVariable,
            message,
            at: position,
            hint: "write <var name=\"NAME\">value</var>, the name at most "
                + "\(Self.maximumNameCount) bytes"
        )
    }
}
