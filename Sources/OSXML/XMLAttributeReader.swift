// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads the attributes of one opening tag.
///
/// Source: analysis-engine.md §1.2.
struct XMLAttributeReader {
    /// How the tag ends.
    enum Ending {
        /// At a `>`.
        case openElement
        /// At a `/`.
        case emptyElement
    }

    let elementName: String
    private(set) var attributes: [XMLAttribute] = []

    init(elementName: String) {
        self.elementName = elementName
    }

    /// Reads up to the `>`, which it leaves, or behind the `/`.
    mutating func read(_ reader: inout XMLByteReader) throws(OSXMLError) -> Ending {
        while true {
            reader.skipSpace()
            switch reader.current {
            case UInt8(ascii: ">"):
                return .openElement
            case UInt8(ascii: "/"):
                reader.advance()
                return .emptyElement
            case nil:
                throw bad("the file ends in the tag <\(elementName)", at: reader.position)
            default:
                try readAttribute(&reader)
            }
        }
    }

    private mutating func readAttribute(_ reader: inout XMLByteReader) throws(OSXMLError) {
        let start = reader.position
        let name = try readName(&reader)
        reader.skipSpace()
        let value = try readValue(of: name, &reader)
        guard !attributes.contains(where: { $0.name == name }) else {
            throw OSXMLError(
                .duplicateAttribute,
                "<\(elementName)> has the attribute \(name) twice",
                at: start,
                hint: "keep one of them"
            )
        }
        guard attributes.count < OSXMLDocument.maximumAttributes else {
            throw OSXMLError(
                .tooManyAttributes,
                "<\(elementName)> has more than \(OSXMLDocument.maximumAttributes) attributes",
                at: start,
                hint: "remove some"
            )
        }
        attributes.append(XMLAttribute(name: name, value: value, position: start))
    }

    /// Reads the name and the `=` directly behind it.
    private func readName(_ reader: inout XMLByteReader) throws(OSXMLError) -> String {
        let start = reader.position
        var name: [UInt8] = []
        while let byte = reader.current, byte != UInt8(ascii: "=") {
            guard byte != UInt8(ascii: ">"), !byte.isASCIISpace else {
                let shown = String(decoding: name.prefix(100), as: UTF8.self)
                throw bad("the attribute \(shown) of <\(elementName)> has no value", at: start)
            }
            guard name.count < OSXMLDocument.maximumTextCount else {
                throw .tooLong("the name of an attribute of <\(elementName)>", at: start)
            }
            name.append(byte)
            reader.advance()
        }
        guard reader.current != nil else {
            throw bad("the file ends in the tag <\(elementName)", at: start)
        }
        guard !name.isEmpty else {
            throw bad("an attribute of <\(elementName)> has no name", at: start)
        }
        reader.advance()
        return String(decoding: name, as: UTF8.self)
    }

    private func readValue(
        of name: String,
        _ reader: inout XMLByteReader
    ) throws(OSXMLError) -> [UInt8] {
        let start = reader.position
        let quote = reader.current
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw bad("the value of \(name) in <\(elementName)> is not in quotes", at: start)
        }
        reader.advance()
        var value: [UInt8] = []
        while let byte = reader.current, byte != quote {
            guard byte != UInt8(ascii: ">") else {
                throw bad("the value of \(name) in <\(elementName)> has a >", at: reader.position)
            }
            guard value.count < OSXMLDocument.maximumTextCount else {
                throw .tooLong("the value of \(name) in <\(elementName)>", at: start)
            }
            value.append(byte)
            reader.advance()
        }
        guard reader.current == quote else {
            throw bad("the value of \(name) in <\(elementName)> has no end", at: start)
        }
        reader.advance()
        try checkEnd(ofValueOf: name, reader)
        return value
    }

    private func checkEnd(
        ofValueOf name: String,
        _ reader: XMLByteReader
    ) throws(OSXMLError) {
        guard let byte = reader.current else { return }
        let mayFollow =
            byte.isASCIISpace || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/")
        guard mayFollow else {
            throw bad(
                "no blank after the value of \(name) in <\(elementName)>",
                at: reader.position
            )
        }
    }

    private func bad(_ message: String, at position: SourcePosition) -> OSXMLError {
        OSXMLError(
            .badAttribute,
            message,
            at: position,
            hint: "write name=\"value\", with a blank before the next and no > in the value"
        )
    }
}
