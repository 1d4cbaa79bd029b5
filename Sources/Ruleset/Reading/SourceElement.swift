// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import OSXML

/// An element of a ruleset's file, together with the file.
struct SourceElement {
    private let element: XMLElement
    let file: String

    init(_ element: XMLElement, file: String) {
        self.element = element
        self.file = file
    }

    /// As written.
    var name: String { element.name }

    /// The name in lower case: most words count in any case.
    var word: String { name.lowercased() }

    var text: [UInt8] { element.text }

    /// The text for messages and words; what is not UTF-8 is replaced.
    var string: String { element.string }

    var children: [SourceElement] {
        element.children.map { SourceElement($0, file: file) }
    }

    var attributes: [SourceAttribute] {
        element.attributes.map { SourceAttribute($0, file: file) }
    }

    var location: SourceLocation { SourceLocation(element.position, in: file) }

    /// Where the text begins.
    var textLocation: SourceLocation { SourceLocation(element.textPosition, in: file) }

    /// The attribute of a name written exactly so.
    func attribute(_ name: String) -> SourceAttribute? {
        element.attribute(name).map { SourceAttribute($0, file: file) }
    }

    /// The attribute of a lower-case name, written in any case.
    func attribute(anyCase word: String) -> SourceAttribute? {
        element.attribute(anyCase: word).map { SourceAttribute($0, file: file) }
    }
}

/// An attribute of a ruleset's file, together with the file.
struct SourceAttribute {
    private let attribute: XMLAttribute
    private let file: String

    init(_ attribute: XMLAttribute, file: String) {
        self.attribute = attribute
        self.file = file
    }

    /// As written.
    var name: String { attribute.name }

    /// The name in lower case.
    var word: String { name.lowercased() }

    var value: [UInt8] { attribute.value }

    /// The value for messages and names; what is not UTF-8 is replaced.
    var string: String { attribute.string }

    /// The value in lower case.
    var valueWord: String { string.lowercased() }

    var location: SourceLocation { SourceLocation(attribute.position, in: file) }
}

extension SourceLocation {
    init(_ position: SourcePosition, in file: String) {
        self.init(file: file, line: position.line, column: position.column)
    }
}
