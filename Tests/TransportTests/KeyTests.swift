// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing
import Transport

@Suite("client.keys")
struct KeyTests {
    @Test("a line of the vector is read, with its hash, and written as it was")
    func vector() throws {
        let key = try #require(AgentKey(line: Vectors.keyLine))

        #expect(key.id == "001")
        #expect(key.name == "web-1")
        #expect(key.address.isAny)
        #expect(key.hash == Vectors.keyHash)
        #expect(key.line == Vectors.keyLine)
    }

    @Test("a key that manage_agents exported is imported")
    func exported() throws {
        let text = "MDAxIHdlYi0xIGFueSBhYmM="

        let key = try #require(AgentKey(exported: text))

        #expect(key.line == "001 web-1 any abc")
        #expect(key.exported == text)
    }

    @Test(
        "what is no key is refused",
        arguments: [
            "", "001", "001 web-1 any", "001 web-1 any a b", "x web-1 any a",
            "123456789 web-1 any a",
            "001 .web any a", "001 w any a", "001 we/b any a", "001 web-1 nowhere a",
            "001 web-1 10.0.0.0/33 a", "001 web-1 any a'b", "001 web-1 any ",
        ]
    )
    func noKey(_ line: String) {
        #expect(AgentKey(line: line) == nil)
    }

    @Test("comments, removed agents and order are kept; damaged lines are reported")
    func file() {
        let text = """
            # ours
            001 web-1 any a
            002 !web-2 any b
            003 #web-3 any c
            nonsense
             a blank before
            007 web-7 10.0.0.7 d

            """
        var diagnostics: [Diagnostic] = []

        let keys = ClientKeys(text, file: "client.keys", diagnostics: &diagnostics)

        #expect(keys.agents.map(\.id) == ["001", "007"])
        #expect(keys.nextID == "008")
        #expect(keys["002"] == nil)
        #expect(diagnostics.map(\.line) == [5])
        #expect(keys.text == text.split(separator: "nonsense\n").joined())
    }

    @Test("of two lines with one id the later counts, with a warning")
    func twice() {
        var diagnostics: [Diagnostic] = []

        let keys = ClientKeys(
            "001 old any a\n001 new any b\n",
            file: "k",
            diagnostics: &diagnostics
        )

        #expect(keys["001"]?.name == "new")
        #expect(keys.count == 1)
        #expect(
            diagnostics.map(\.description) == [
                "k:2: warning: agent 001 stands twice [duplicate-agent]"
            ]
        )
    }

    @Test("the id of a removed agent is not given again")
    func removed() {
        var none: [Diagnostic] = []
        var keys = ClientKeys("001 one any a\n002 two any b\n", file: "k", diagnostics: &none)

        let gone = keys.remove("002", purging: false)

        #expect(gone?.name == "two")
        #expect(keys.text == "001 one any a\n002 !two any b\n")
        #expect(keys.nextID == "003")
        #expect(keys.remove("002", purging: false) == nil)
        _ = keys.remove("001", purging: true)
        #expect(keys.text == "002 !two any b\n")
    }

    @Test("after the highest id there is none")
    func exhausted() {
        var none: [Diagnostic] = []
        #expect(ClientKeys("99999999 one any a", file: "k", diagnostics: &none).nextID == nil)
    }

    @Test("a key of ours has 64 digits and is never the same")
    func random() {
        let keys = (0..<100).map { _ in AgentKey.randomKey() }

        #expect(keys.allSatisfy { $0.utf8.count == 64 && $0.allSatisfy(\.isHexDigit) })
        #expect(Set(keys).count == 100)
    }

    static let addresses: [(String, String, Bool)] = [
        ("any", "192.0.2.1", true), ("any", "2001:db8::1", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.0/9", "10.127.0.1", true), ("10.0.0.0/9", "10.128.0.1", false),
        ("0.0.0.0/0", "8.8.8.8", true), ("2001:db8::/32", "2001:db8::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("10.0.0.0/8", "2001:db8::1", false),
        ("10.0.0.0/8", "nonsense", false),
    ]

    @Test("a network holds what lies in it and nothing else", arguments: addresses)
    func network(_ network: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(RegisteredAddress(network)).contains(address) == isInside)
    }

    @Test("only one IPv4 address stands for an agent by itself")
    func single() {
        let names = ["192.0.2.1", "192.0.2.1/32", "192.0.2.0/24", "any", "2001:db8::1"]

        #expect(
            names.map { RegisteredAddress($0)?.isOneIPv4 } == [true, true, false, false, false]
        )
    }

    @Test("the file is replaced whole and read again")
    func replaced() throws {
        let folder = try TemporaryFolder()
        let files = ManagerFiles(root: folder.path)
        try files.prepare()
        var keys = ClientKeys()
        keys.insert(try #require(AgentKey(line: Vectors.keyLine)))
        var diagnostics: [Diagnostic] = []

        try files.write(keys)
        try files.write(
            registrations: ["001": 1_790_000_000],
            of: keys.agents,
            utcOffsetSeconds: 60
        )

        #expect(folder.text("etc/client.keys") == Vectors.keyLine + "\n")
        #expect(try files.readKeys(&diagnostics).agents.map(\.id) == ["001"])
        #expect(folder.text("queue/agents-timestamp") == "001 web-1 any 2026-09-21 14:14:20\n")
        #expect(files.readRegistrations(utcOffsetSeconds: 60) == ["001": 1_790_000_000])
    }

    @Test("groups are kept by agent; none is the usual one")
    func groups() throws {
        let folder = try TemporaryFolder()
        let files = ManagerFiles(root: folder.path)
        try files.prepare()

        try files.write(groups: ["web", "db"], of: "001")
        try files.write(groups: ["web"], of: "../001")

        #expect(files.readGroups(of: "001") == ["web", "db"])
        #expect(files.readGroups(of: "002") == ["default"])
        #expect(files.readGroups(of: "../../etc/passwd") == ["default"])
        #expect(files.hasGroup("default"))
        #expect(!files.hasGroup(".."))
        #expect(!files.hasGroup("web"))
    }
}
