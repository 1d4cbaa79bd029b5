// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import OSXML
import Testing

@Suite("Variables of a file")
struct VariableTests {
    private func text(_ file: String) throws -> String {
        let document = try OSXMLDocument.parse(Array(file.utf8), variables: true)
        return document.roots.map(\.rendering).joined()
    }

    @Test(
        "a $NAME behind its definition is replaced",
        arguments: [
            ("<var name='P'>^21$</var><a>$P|^23$</a>", "<a>^21$|^23$</a>"),
            ("<VAR name='P'>1</VAR><a>$P.x</a>", "<a>1.x</a>"),
            ("<var name='P'>1</var><a>$p $P,$P$P</a>", "<a>1 1,11</a>"),
            ("<var name='P'>1</var><a>x $P</a>", "<a>x 1</a>"),
            ("<var name='P'>1</var><a x='$P|2'/>", "<a x='1|2'></a>"),
            ("<var name='P'>1</var><a><b>$P|</b>$P|</a>", "<a>1|<b>1|</b></a>"),
            ("<a><var name='P'>1</var><b>$P|</b></a>", "<a><b>1|</b></a>"),
            ("<var name='P'>1</var><var name='P'>2</var><a>$P|</a>", "<a>1|</a>"),
            ("<var name='P'>1</var><var name='Q'>$P|</var><a>$Q|</a>", "<a>$P||</a>"),
            ("<var name='a/b)'>1</var><a>$a/b)|</a>", "<a>1|</a>"),
        ]
    )
    func replaced(file: String, tree: String) throws {
        #expect(try text(file) == tree)
    }

    @Test(
        "what is no variable stays",
        arguments: [
            ("<a>$P|x$</a>", "<a>$P|x$</a>"),
            ("<a>$P|x</a><var name='P'>1</var>", "<a>$P|x</a>"),
            ("<var name='P'>1</var><a>$P</a>", "<a>$P</a>"),
            ("<var name='P'>1</var><a>abc$</a>", "<a>abc$</a>"),
            ("<var name='P'>1</var><a>a$|b$.c$ d$,e$$</a>", "<a>a$|b$.c$ d$,e$$</a>"),
            ("<var name='P'>1</var><a>$(srcip) is</a>", "<a>$(srcip) is</a>"),
            ("<var name='P'>1</var><a>$(srcip) is $P|$(x) $P</a>", "<a>$(srcip) is 1|$(x) 1</a>"),
        ]
    )
    func kept(file: String, tree: String) throws {
        #expect(try text(file) == tree)
    }

    @Test("without variables a <var> is an element like others")
    func notUsed() throws {
        let file = Array("<var name='P'>1</var><a>$P|</a>".utf8)

        let document = try OSXMLDocument.parse(file, variables: false)

        #expect(
            document.roots.map(\.rendering).joined() == "<var name='P'>1</var><a>$P|</a>"
        )
    }

    @Test(
        "a definition or use that is wrong is told with its place",
        arguments: [
            ("\n<var>1</var>", "bad-variable", 2, 1, "<var> has no name"),
            ("<var name=''>1</var>", "bad-variable", 1, 1, "<var> has no name"),
            ("<var name='P'></var>", "bad-variable", 1, 1, "the variable P has no value"),
            (
                "<var name='P' x='1'>1</var>", "bad-variable", 1, 15,
                "<var> has the attribute x"
            ),
            ("<var Name='P'>1</var>", "bad-variable", 1, 6, "<var> has the attribute Name"),
            (
                "<var name='P'>1</var>\n<a>$Q|</a>", "unknown-variable", 2, 4,
                "the variable $Q is not defined before this"
            ),
            (
                "<var name='P'>1</var>\n<a x='$P)|'/>", "unknown-variable", 2, 4,
                "the variable $P) is not defined before this"
            ),
        ]
    )
    func mistake(file: String, code: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: OSXMLError.self) { try text(file) }

        #expect(error?.code.rawValue == code)
        #expect(error?.position == SourcePosition(line: line, column: column))
        #expect(error?.message == message)
    }

    @Test("a name of 255 bytes is one, of 256 none")
    func nameLength() throws {
        let name = String(repeating: "n", count: 255)
        #expect(try text("<var name='\(name)'>1</var><a>$\(name)</a>") == "<a>1</a>")

        let error = #expect(throws: OSXMLError.self) { try text("<var name='\(name)n'>1</var>") }

        #expect(error?.code == .badVariable)
    }
}
