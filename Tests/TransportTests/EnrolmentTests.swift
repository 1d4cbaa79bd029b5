// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import JagaTesting
import Testing
import Transport

@Suite("enrolment")
struct EnrolmentTests {
    @Test("a request with everything is read, and written as it was")
    func whole() throws {
        let line =
            "OSSEC PASS: s3cret with blanks OSSEC A:'web-1' V:'v4.14.7' G:'default,docker' "
            + "IP:'src' K:'\(Vectors.keyHash)'"

        let request = try EnrolmentRequest(line.slice, password: "s3cret with blanks")

        #expect(
            request
                == EnrolmentRequest(
                    name: "web-1",
                    version: "v4.14.7",
                    groups: "default,docker",
                    address: "src",
                    keyHash: Vectors.keyHash
                )
        )
        #expect(request.line(password: "s3cret with blanks").text == line + "\n")
    }

    @Test("what stands out of order is ignored with all after it")
    func order() throws {
        let request = try EnrolmentRequest(
            "OSSEC A:'web-1' G:'a' V:'v4' K:'x'".slice,
            password: nil
        )

        #expect(request == EnrolmentRequest(name: "web-1", groups: "a"))
    }

    static let malformedLines: [(String, String?, String)] = [
        ("", nil, "Invalid request for new agent"),
        ("OSSEC A:'web", nil, "Invalid request for new agent"),
        ("OSSEC A:''", nil, "Invalid request for new agent"),
        ("OSSEC A:'web-1' V:'4", nil, "Unterminated version field"),
        ("OSSEC A:'web-1' G:'4", nil, "Unterminated group field"),
        ("OSSEC A:'web-1' IP:'4", nil, "Unterminated IP field"),
        ("OSSEC A:'web-1' K:'4", nil, "Unterminated key field"),
        ("OSSEC A:'web-1'", "pw", "Invalid password"),
        ("OSSEC PASS: pw", "pw", "Invalid password"),
        ("OSSEC PASS: pwx OSSEC A:'web-1'", "pw", "Invalid password"),
        ("OSSEC PASS: p OSSEC A:'web-1'", "pw", "Invalid password"),
    ]

    @Test("a malformed request is refused by name", arguments: malformedLines)
    func malformed(_ line: String, _ password: String?, _ text: String) {
        #expect(throws: EnrolmentRefusal(text)) {
            try EnrolmentRequest(line.slice, password: password)
        }
    }

    @Test("a password that nobody asked for is no mistake")
    func needless() throws {
        let request = try EnrolmentRequest("OSSEC PASS: a b OSSEC A:'web-1'".slice, password: nil)

        #expect(request.name == "web-1")
    }

    @Test("random bytes never end the process", arguments: 1...4)
    func randomBytes(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<2_000 {
            let tail = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? "' :AVGIPK,".utf8.randomElement(using: &random) ?? 0
                    : UInt8.random(in: 0...255, using: &random)
            }
            let line = (Bool.random(using: &random) ? "OSSEC A:'".bytes : []) + tail
            _ = try? EnrolmentRequest(line[...], password: Bool.random() ? "x" : nil)
            _ = EnrolmentReply(("OSSEC K:'".bytes + tail)[...])
            _ = try? GroupNames.read(tail.text) { _ in true }
        }
    }

    static let groups: [(String, String)] = [
        ("", "Invalid group name: Empty Group"),
        (",a", "Invalid group name: ,a... cannot start or end with ','"),
        ("a,", "Invalid group name: a,... cannot start or end with ','"),
        ("a,,b", "Invalid group name: a,,b... consecutive ',' are not allowed"),
        ("a b", "Invalid group name: a b... white spaces are not allowed"),
        ("a/b", #"Invalid group name: a/b... characters '\/:*?"<>|,' are prohibited"#),
        ("..", "Invalid group name: .."),
        ("none", "Invalid group: none"),
        (
            (0..<129).map { "g\($0)" }.joined(separator: ","),
            "Maximum multigroup reached: Limit is 128"
        ),
    ]

    @Test("wrong groups are refused in the reference's words", arguments: groups)
    func wrongGroups(_ list: String, _ text: String) {
        #expect(throws: EnrolmentRefusal(text)) {
            try GroupNames.read(list) { $0 != "none" && $0 != ".." }
        }
    }

    @Test("a group named twice counts once")
    func groupTwice() throws {
        #expect(try GroupNames.read("a,b,a") { _ in true } == ["a", "b"])
    }

    @Test("a new agent gets the next id and any address")
    func new() throws {
        let admission = try admit(EnrolmentRequest(name: "web-2", groups: "web"))

        #expect(admission.agent.line == "002 web-2 any KEY")
        #expect(admission.groups == ["web"])
        #expect(admission.replaced == [])
        #expect(admission.agent.reply == "OSSEC K:'002 web-2 any KEY'")
    }

    static let refusals: [(EnrolmentRequest, String)] = [
        (EnrolmentRequest(name: "w"), "Invalid agent name: w"),
        (EnrolmentRequest(name: "manager"), "Invalid agent name: manager"),
        (EnrolmentRequest(name: "../x"), "Invalid agent name: ../x"),
        (
            EnrolmentRequest(name: "web-2", version: "v4.15.0"),
            "Agent version must be lower or equal to manager version"
        ),
        (EnrolmentRequest(name: "web-2", groups: "none"), "Invalid group: none"),
        (EnrolmentRequest(name: "web-2", address: "here"), "Invalid IP: here"),
        (EnrolmentRequest(name: "web-1"), "Duplicate agent name: web-1"),
        (EnrolmentRequest(name: "web-2", address: "192.0.2.9"), "Duplicate IP: 192.0.2.9"),
    ]

    @Test("what may not enrol is refused", arguments: refusals)
    func refused(_ request: EnrolmentRequest, _ text: String) {
        #expect(throws: EnrolmentRefusal(text)) { try admit(request) }
    }

    @Test("the reply to a refusal is the reference's")
    func reply() {
        #expect(
            EnrolmentRefusal("Invalid password").reply
                == "ERROR: Invalid password. Unable to add agent"
        )
    }

    @Test("an agent's own address is registered when it asks for it")
    func source() throws {
        let admission = try admit(EnrolmentRequest(name: "web-2", address: "src"))

        #expect(admission.agent.address.text == "192.0.2.1")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let state: AgentState
        let disconnected: Int
        let registered: Int
        let hash: String?
        let isReplaced: Bool
        var testDescription: String { what }
    }

    static let replacements = [
        Case(
            what: "never connected",
            state: .neverConnected,
            disconnected: 0,
            registered: 7_200,
            hash: nil,
            isReplaced: true
        ),
        Case(
            what: "long gone",
            state: .disconnected,
            disconnected: 3_600,
            registered: 7_200,
            hash: nil,
            isReplaced: true
        ),
        Case(
            what: "just gone",
            state: .disconnected,
            disconnected: 3_599,
            registered: 7_200,
            hash: nil,
            isReplaced: false
        ),
        Case(
            what: "connected",
            state: .active,
            disconnected: 0,
            registered: 7_200,
            hash: nil,
            isReplaced: false
        ),
        Case(
            what: "new",
            state: .neverConnected,
            disconnected: 0,
            registered: 3_599,
            hash: nil,
            isReplaced: false
        ),
        Case(
            what: "has its key",
            state: .neverConnected,
            disconnected: 0,
            registered: 7_200,
            hash: Vectors.keyHash,
            isReplaced: false
        ),
        Case(
            what: "has another key",
            state: .neverConnected,
            disconnected: 0,
            registered: 7_200,
            hash: "0",
            isReplaced: true
        ),
    ]

    @Test(
        "an agent of the same name is replaced only when the policy says so",
        arguments: replacements
    )
    func replacement(_ item: Case) throws {
        let occupant = EnrolmentDesk.Occupant(
            state: item.state,
            disconnectedFor: .seconds(item.disconnected),
            registeredFor: .seconds(item.registered)
        )
        let request = EnrolmentRequest(name: "web-1", keyHash: item.hash)

        guard item.isReplaced else {
            #expect(throws: EnrolmentRefusal("Duplicate agent name: web-1")) {
                try admit(request, occupant)
            }
            return
        }
        let admission = try admit(request, occupant)
        #expect(admission.replaced == ["001"])
        #expect(admission.agent.id == "002")
    }

    @Test("replies are read as an agent does")
    func replies() throws {
        let key = try #require(AgentKey(line: Vectors.keyLine))

        #expect(EnrolmentReply("OSSEC K:'\(Vectors.keyLine)'\n\n".slice) == .enrolled(key))
        #expect(EnrolmentReply("ERROR: no".slice) == .refused("no"))
        #expect(EnrolmentReply("ERROR: ".slice) == nil)
        #expect(EnrolmentReply("OSSEC K:'001 web-1 any'".slice) == nil)
        #expect(EnrolmentReply("OSSEC K:'001 ../x any a'".slice) == nil)
        #expect(EnrolmentReply("".slice) == nil)
    }

    private func admit(
        _ request: EnrolmentRequest,
        _ occupant: EnrolmentDesk.Occupant? = nil
    ) throws -> EnrolmentDesk.Admission {
        var none: [Diagnostic] = []
        let connected = EnrolmentDesk.Occupant(
            state: .active,
            disconnectedFor: .zero,
            registeredFor: .seconds(7_200)
        )
        return try EnrolmentDesk(
            EnrolmentPolicy(
                managerName: "manager",
                managerVersion: #require(AgentVersion("v4.14.7"))
            )
        ).admit(
            request,
            from: "192.0.2.1",
            key: "KEY",
            into: ClientKeys(
                Vectors.keyLine.split(separator: "any").joined(separator: "192.0.2.9") + "\n",
                file: "k",
                diagnostics: &none
            ),
            hasGroup: { $0 != "none" },
            occupant: { _ in occupant ?? connected }
        )
    }
}
