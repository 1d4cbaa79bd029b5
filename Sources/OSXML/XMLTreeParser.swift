// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads the elements of a file, one inside the other, without recursion.
///
/// Source: analysis-engine.md §1.1.
struct XMLTreeParser {
    private var reader: XMLByteReader
    private var roots: [XMLElement] = []
    /// The elements that are open, from the outermost.
    private var open: [OpenElement] = []
    /// How many backslashes stand directly in front of the next byte.
    private var backslashes = 0

    private struct OpenElement {
        var element: XMLElement
        /// The name as written, for the closing tag.
        let name: [UInt8]
    }

    init(_ bytes: [UInt8]) {
        reader = XMLByteReader(bytes)
    }

    mutating func parse() throws(OSXMLError) -> [XMLElement] {
        while let byte = reader.current {
            if reader.isAtComment {
                try reader.skipComment()
                backslashes = 0
            } else if byte == UInt8(ascii: "<"), backslashes.isMultiple(of: 2) {
                try readTag()
                backslashes = 0
            } else {
                try keepText(byte)
            }
        }
        if let unclosed = open.last {
            throw OSXMLError(
                .unclosedElement,
                "<\(unclosed.element.name)> is not closed",
                at: unclosed.element.position,
                hint: "add </\(unclosed.element.name)>"
            )
        }
        return roots
    }

    private mutating func keepText(_ byte: UInt8) throws(OSXMLError) {
        backslashes = byte == UInt8(ascii: "\\") ? backslashes + 1 : 0
        if let last = open.indices.last {
            if open[last].element.text.isEmpty {
                open[last].element.textPosition = reader.position
            }
            guard open[last].element.text.count < OSXMLDocument.maximumTextCount else {
                throw .tooLong("the text of <\(open[last].element.name)>", at: reader.position)
            }
            open[last].element.text.append(byte)
        }
        reader.advance()
    }

    private mutating func readTag() throws(OSXMLError) {
        let start = reader.position
        reader.advance()
        if reader.current == UInt8(ascii: "/") {
            reader.advance()
            try closeElement(named: try readName(endsAtSpace: false, from: start), at: start)
            reader.advance()
            return
        }
        var name = try readName(endsAtSpace: true, from: start)
        var isEmpty = name.last == UInt8(ascii: "/")
        if isEmpty { name.removeLast() }
        guard !name.isEmpty else {
            throw OSXMLError(
                .badElementName,
                "an element has no name",
                at: start,
                hint: "write \\< for a literal <"
            )
        }
        var attributes: [XMLAttribute] = []
        if !isEmpty, reader.current != UInt8(ascii: ">") {
            var list = XMLAttributeReader(elementName: String(decoding: name, as: UTF8.self))
            isEmpty = try list.read(&reader) == .emptyElement
            attributes = list.attributes
        }
        if reader.current == UInt8(ascii: ">") { reader.advance() }
        try openElement(name, attributes, at: start)
        if isEmpty { try closeElement(named: name, at: start) }
    }

    /// The bytes up to `>`, or up to a blank in an opening tag, without comments.
    private mutating func readName(
        endsAtSpace: Bool,
        from start: SourcePosition
    ) throws(OSXMLError) -> [UInt8] {
        var name: [UInt8] = []
        while let byte = reader.current, byte != UInt8(ascii: ">") {
            if endsAtSpace, byte.isASCIISpace { return name }
            if reader.isAtComment {
                try reader.skipComment()
                continue
            }
            guard name.count < OSXMLDocument.maximumTextCount else {
                throw .tooLong("the name of an element", at: start)
            }
            name.append(byte)
            reader.advance()
        }
        guard reader.current != nil else {
            let shown = String(decoding: name.prefix(100), as: UTF8.self)
            throw OSXMLError(
                .badElementName,
                "the file ends in the tag <\(shown)",
                at: start,
                hint: "end the tag with >"
            )
        }
        return name
    }

    private mutating func openElement(
        _ name: [UInt8],
        _ attributes: [XMLAttribute],
        at start: SourcePosition
    ) throws(OSXMLError) {
        guard open.count < OSXMLDocument.maximumDepth else {
            throw OSXMLError(
                .tooDeep,
                "elements are nested \(OSXMLDocument.maximumDepth) deep and more",
                at: start,
                hint: "close elements before opening others"
            )
        }
        let element = XMLElement(
            name: String(decoding: name, as: UTF8.self),
            attributes: attributes,
            children: [],
            text: [],
            position: start,
            textPosition: reader.position
        )
        open.append(OpenElement(element: element, name: name))
    }

    private mutating func closeElement(
        named name: [UInt8],
        at start: SourcePosition
    ) throws(OSXMLError) {
        let written = String(decoding: name.prefix(100), as: UTF8.self)
        guard let last = open.popLast() else {
            throw OSXMLError(
                .unopenedElement,
                "</\(written)> closes an element that is not open",
                at: start,
                hint: "remove it, or open the element before it"
            )
        }
        guard last.name == name else {
            let place = last.element.position
            throw OSXMLError(
                .mismatchedElement,
                "</\(written)> does not close <\(last.element.name)> of line \(place.line)",
                at: start,
                hint: "write </\(last.element.name)>, in the same case and without blanks"
            )
        }
        guard let parent = open.indices.last else {
            roots.append(last.element)
            return
        }
        open[parent].element.children.append(last.element)
        open[parent].element.text.removeAll()
        open[parent].element.textPosition = reader.position
    }
}

extension OSXMLError {
    static func tooLong(_ thing: String, at position: SourcePosition) -> OSXMLError {
        OSXMLError(
            .tooLong,
            "\(thing) is longer than \(OSXMLDocument.maximumTextCount) bytes",
            at: position,
            hint: "split it, or look for a tag that is not closed"
        )
    }
}
