// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import OSXML
import Testing

@Suite("A file that cannot be read")
struct OSXMLErrorTests {
    @Test(
        "the mistake is told with its place",
        arguments: [
            ("<a>", "unclosed-element", 1, 1, "<a> is not closed"),
            ("<a>\n <b>\n</b>", "unclosed-element", 1, 1, "<a> is not closed"),
            ("</a>", "unopened-element", 1, 1, "</a> closes an element that is not open"),
            ("<a/>\n</a>", "unopened-element", 2, 1, "</a> closes an element that is not open"),
            ("<a>\n  </b>", "mismatched-element", 2, 3, "</b> does not close <a> of line 1"),
            ("<a></A>", "mismatched-element", 1, 4, "</A> does not close <a> of line 1"),
            ("<a></a >", "mismatched-element", 1, 4, "</a > does not close <a> of line 1"),
            ("<a><b></a>", "mismatched-element", 1, 7, "</a> does not close <b> of line 1"),
            ("x <!-- y", "unclosed-comment", 1, 3, "a comment has no end"),
            ("<a>\n<!", "unclosed-comment", 2, 1, "a comment has no end"),
            ("<a><b", "bad-element-name", 1, 4, "the file ends in the tag <b"),
            ("<a></a", "bad-element-name", 1, 4, "the file ends in the tag <a"),
            ("<>", "bad-element-name", 1, 1, "an element has no name"),
            ("< a>", "bad-element-name", 1, 1, "an element has no name"),
            (
                "<?xml version=\"1.0\"?>", "bad-attribute", 1, 20,
                "no blank after the value of version in <?xml"
            ),
            (
                "<?xml version=\"1.0\" ?>", "bad-attribute", 1, 21,
                "the attribute ? of <?xml> has no value"
            ),
            ("<a x></a>", "bad-attribute", 1, 4, "the attribute x of <a> has no value"),
            ("<a x ='1'/>", "bad-attribute", 1, 4, "the attribute x of <a> has no value"),
            ("<a x=1/>", "bad-attribute", 1, 6, "the value of x in <a> is not in quotes"),
            ("<a x=/>", "bad-attribute", 1, 6, "the value of x in <a> is not in quotes"),
            ("<a x='1></a>", "bad-attribute", 1, 8, "the value of x in <a> has a >"),
            ("<a x='1\n", "bad-attribute", 1, 6, "the value of x in <a> has no end"),
            ("<a x='1\"/>", "bad-attribute", 1, 10, "the value of x in <a> has a >"),
            ("<a ='1'/>", "bad-attribute", 1, 4, "an attribute of <a> has no name"),
            ("<a x='1'y='2'/>", "bad-attribute", 1, 9, "no blank after the value of x in <a>"),
            ("<a x", "bad-attribute", 1, 4, "the file ends in the tag <a"),
            ("<a x=", "bad-attribute", 1, 6, "the value of x in <a> is not in quotes"),
            ("<a ", "bad-attribute", 1, 4, "the file ends in the tag <a"),
            ("<a x='1' x='2'/>", "duplicate-attribute", 1, 10, "<a> has the attribute x twice"),
        ]
    )
    func mistake(file: String, code: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: OSXMLError.self) {
            try OSXMLDocument.parse(Array(file.utf8), variables: true)
        }

        #expect(error?.code.rawValue == code)
        #expect(error?.position == SourcePosition(line: line, column: column))
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.hint.isEmpty == false)
    }

    @Test("a file that ends anywhere is an error or a document, never a trap")
    func truncated() {
        let file = Array("<a x='1'>t\\<<!-- c --><b/><var name='v'>w</var>$v|</a>".utf8)

        for count in 0...file.count {
            _ = try? OSXMLDocument.parse(Array(file[..<count]), variables: true)
            _ = try? OSXMLDocument.parse(Array(file[count...]), variables: true)
        }
    }
}
