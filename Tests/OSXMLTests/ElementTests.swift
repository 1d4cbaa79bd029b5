// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import OSXML
import Testing

@Suite("Elements of a file")
struct ElementTests {
    @Test(
        "a file is read into its elements",
        arguments: [
            ("", ""),
            ("only text > and more", ""),
            ("<!-- only a comment -->", ""),
            ("<a/>", "<a></a>"),
            ("<a />", "<a></a>"),
            ("<a x=\"1\"/>", "<a x='1'></a>"),
            ("<a/ >", "<a></a>"),
            ("<a></a>", "<a></a>"),
            ("<a\n></a>", "<a></a>"),
            ("<a/><b/>", "<a></a><b></b>"),
            ("x<a>1</a>y<b>2</b>z", "<a>1</a><b>2</b>"),
            ("<a> 1\n 2 </a>", "<a> 1\n 2 </a>"),
            ("<a>1<b/>2<c/>3</a>", "<a>3<b></b><c></c></a>"),
            ("<a>1<b/></a>", "<a><b></b></a>"),
            ("<A>1</A>", "<A>1</A>"),
            ("<a>&lt;&amp;&#10;</a>", "<a>&lt;&amp;&#10;</a>"),
            ("<a>1 > 2</a>", "<a>1 > 2</a>"),
            ("<a>\r\n\t</a>", "<a>\r\n\t</a>"),
        ]
    )
    func tree(file: String, tree: String) throws {
        let document = try OSXMLDocument.parse(Array(file.utf8), variables: false)

        #expect(document.roots.map(\.rendering).joined() == tree)
    }

    @Test(
        "a comment opens with <! and leaves no trace",
        arguments: [
            ("<a>ab<!-- x -->cd</a>", "<a>abcd</a>"),
            ("<a>ab<! x !>cd</a>", "<a>abcd</a>"),
            ("<a>ab<!x-->cd</a>", "<a>abcd</a>"),
            ("<a>ab<!-->cd</a>", "<a>abcd</a>"),
            ("<a>ab<!>cd!>ef</a>", "<a>abef</a>"),
            ("<a>ab<!-- <b> --><c/>d</a>", "<a>d<c></c></a>"),
            ("<a<!-- x -->b>1</ab>", "<ab>1</ab>"),
            ("<ab>1</a<!-- x -->b>", "<ab>1</ab>"),
            ("<!DOCTYPE a !><a/>", "<a></a>"),
            ("<a><![CDATA[x]]>y-->z</a>", "<a>z</a>"),
            ("<a>\\<!-- x -->b</a>", "<a>\\b</a>"),
        ]
    )
    func comments(file: String, tree: String) throws {
        let document = try OSXMLDocument.parse(Array(file.utf8), variables: false)

        #expect(document.roots.map(\.rendering).joined() == tree)
    }

    @Test(
        "an odd run of backslashes keeps the < that follows",
        arguments: [
            (#"<a>\<b></a>"#, #"<a>\<b></a>"#),
            (#"<a>\\<b/></a>"#, #"<a><b></b></a>"#),
            (#"<a>\\\<b></a>"#, #"<a>\\\<b></a>"#),
            (#"<a>\\</a>"#, #"<a>\\</a>"#),
            (#"<a>\d\</a></a>"#, #"<a>\d\</a></a>"#),
            (#"<a>\x<b/></a>"#, #"<a><b></b></a>"#),
        ]
    )
    func backslashes(file: String, tree: String) throws {
        let document = try OSXMLDocument.parse(Array(file.utf8), variables: false)

        #expect(document.roots.map(\.rendering).joined() == tree)
    }

    @Test(
        "attributes are kept in order, with either quote",
        arguments: [
            ("<a x=\"1\" y='2'></a>", "<a x='1' y='2'></a>"),
            ("<a x=\"it's\"/>", "<a x='it's'></a>"),
            ("<a x='a\nb'/>", "<a x='a\nb'></a>"),
            ("<a x='a<b'/>", "<a x='a<b'></a>"),
            ("<a x=  '1'/>", "<a x='1'></a>"),
            ("<a\n\tx=''\n>1</a>", "<a x=''>1</a>"),
            ("<a x='1' X='2'/>", "<a x='1' X='2'></a>"),
            ("<a x='\\'/>", "<a x='\\'></a>"),
        ]
    )
    func attributes(file: String, tree: String) throws {
        let document = try OSXMLDocument.parse(Array(file.utf8), variables: false)

        #expect(document.roots.map(\.rendering).joined() == tree)
    }

    @Test("bytes that are no UTF-8 and NUL stay as they are")
    func bytes() throws {
        let file =
            Array("<a x='".utf8) + [0xFF, 0x00] + Array("'>".utf8) + [0xC3, 0x00]
            + Array("</a>".utf8)

        let document = try OSXMLDocument.parse(file, variables: true)

        let element = try #require(document.roots.first)
        #expect(element.text == [0xC3, 0x00])
        #expect(element.attributes.first?.value == [0xFF, 0x00])
        #expect(element.string == "\u{FFFD}\u{0}")
    }

    @Test("each element, text and attribute knows its line and column")
    func positions() throws {
        let file = "\n  <a\n    x='1'>\n text</a>\n<b><c>é</c><d y='2'/></b>"

        let document = try OSXMLDocument.parse(Array(file.utf8), variables: false)

        let (a, b) = (document.roots[0], document.roots[1])
        #expect(a.position == SourcePosition(line: 2, column: 3))
        #expect(a.attributes[0].position == SourcePosition(line: 3, column: 5))
        #expect(a.textPosition == SourcePosition(line: 3, column: 11))
        #expect(b.position == SourcePosition(line: 5, column: 1))
        #expect(b.children[0].textPosition == SourcePosition(line: 5, column: 7))
        #expect(b.children[1].position == SourcePosition(line: 5, column: 13))
        #expect(b.children[1].attributes[0].position == SourcePosition(line: 5, column: 16))
    }

    @Test("consumers compare names in any case or exactly")
    func names() throws {
        let file = Array("<RULE Id='1' level='2'/>".utf8)

        let rule = try #require(OSXMLDocument.parse(file, variables: false).roots.first)

        #expect(rule.isNamed("rule"))
        #expect(!rule.isNamed("rules"))
        #expect(rule.attribute("id") == nil)
        #expect(rule.attribute(anyCase: "ID")?.string == "1")
        #expect(rule.attribute("level")?.string == "2")
        #expect(rule.attribute(anyCase: "noalert") == nil)
    }
}

extension XMLElement {
    /// The element with its text before its children, attributes in single quotes.
    var rendering: String {
        let attributes = attributes.map { " \($0.name)='\($0.string)'" }.joined()
        return "<\(name)\(attributes)>\(string)\(children.map(\.rendering).joined())</\(name)>"
    }
}
