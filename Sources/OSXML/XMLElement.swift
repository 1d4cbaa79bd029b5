// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An element of a file, with everything in it.
package struct XMLElement: Sendable {
    /// As written; what is not UTF-8 is replaced.
    package let name: String
    /// In the order of the file; no name twice.
    package internal(set) var attributes: [XMLAttribute]
    /// In the order of the file, without `var` elements when variables are used.
    package internal(set) var children: [XMLElement]
    /// The content, untrimmed and without comments.
    ///
    /// Of an element with children only what follows the last of them.
    package internal(set) var text: [UInt8]
    /// Where the element's `<` stands.
    package let position: SourcePosition
    /// Where the first byte of ``text`` stands.
    package internal(set) var textPosition: SourcePosition

    /// The content as a string; what is not UTF-8 is replaced.
    package var string: String { String(decoding: text, as: UTF8.self) }

    /// Whether the name is `name` in any ASCII case.
    package func isNamed(_ name: String) -> Bool {
        self.name.equalsIgnoringASCIICase(name)
    }

    /// The attribute of a name written exactly so.
    package func attribute(_ name: String) -> XMLAttribute? {
        attributes.first { $0.name == name }
    }

    /// The attribute of a name in any ASCII case.
    package func attribute(anyCase name: String) -> XMLAttribute? {
        attributes.first { $0.isNamed(name) }
    }
}

/// An attribute of an element.
package struct XMLAttribute: Sendable {
    /// As written; what is not UTF-8 is replaced.
    package let name: String
    /// Between the quotes, as written or with variables replaced.
    package internal(set) var value: [UInt8]
    /// Where the name begins.
    package let position: SourcePosition

    /// The value as a string; what is not UTF-8 is replaced.
    package var string: String { String(decoding: value, as: UTF8.self) }

    /// Whether the name is `name` in any ASCII case.
    package func isNamed(_ name: String) -> Bool {
        self.name.equalsIgnoringASCIICase(name)
    }
}

extension String {
    /// Whether both are the same but for the case of A–Z.
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.elementsEqual(other.utf8) { $0.asciiLowered == $1.asciiLowered }
    }
}

extension UInt8 {
    /// The byte with A–Z made a–z.
    var asciiLowered: UInt8 {
        self &- 0x41 < 26 ? self | 0x20 : self
    }

    /// Whether C's `isspace` says so: blank, tab, line feed, vertical tab, form
    /// feed, carriage return.
    var isASCIISpace: Bool {
        self == 0x20 || self &- 0x09 < 5
    }
}
