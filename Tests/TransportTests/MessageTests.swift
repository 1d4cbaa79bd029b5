// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import Transport

@Suite("bodies of messages")
struct MessageTests {
    static let fromAgent: [(String, AgentMessage)] = [
        (#"#!-agent startup {"version":"v4.14.7"}"#, .startup(version: "v4.14.7")),
        ("#!-agent startup ", .startup(version: nil)),
        ("#!-agent startup {", .startup(version: nil)),
        (#"#!-agent startup {"version":7}"#, .startup(version: nil)),
        ("#!-agent shutdown ", .shutdown),
        ("#!-req 1a ok {}", .response(number: "1a", payload: "ok {}".slice)),
        ("#!-req 1a ", .response(number: "1a", payload: "".slice)),
        ("#!-req 1a ack", .requestReceived(number: "1a")),
        ("#!-req ", .unknown),
        ("#!-req x", .unknown),
        ("#!-req 12345678901234567 x", .unknown),
        ("#!-", .unknown),
        ("#!-no line end", .unknown),
        ("no event", .unknown),
        ("", .unknown),
    ]

    @Test("what an agent says is told apart", arguments: fromAgent)
    func agent(_ body: String, _ message: AgentMessage) {
        #expect(AgentMessage(body.slice) == message)
    }

    static let fromManager: [(String, ManagerMessage)] = [
        ("#!-agent ack ", .acknowledgement),
        (#"#!-err {"message":"no"}"#, .refusal(reason: "no")),
        ("#!-err no", .refusal(reason: "no")),
        (#"#!-execd {"version":1}"#, .activeResponse(#"{"version":1}"#.slice)),
        (
            "#!-up file 0cc175b9c0f1b6a831c399e269772661 merged.mg\n",
            .fileStart(digest: "0cc175b9c0f1b6a831c399e269772661", name: "merged.mg")
        ),
        ("#!-close file ", .fileEnd),
        (
            "#!-req 2 agent getconfig client",
            .request(number: "2", target: "agent", payload: "getconfig client".slice)
        ),
        ("#!-force_reconnect", .reconnect),
        ("#!-syscheck restart", .other("#!-syscheck restart".slice)),
        ("#!-up file x", .other("#!-up file x".slice)),
        ("any bytes", .fileBytes("any bytes".slice)),
    ]

    @Test("what a manager says is told apart, and written as it was", arguments: fromManager)
    func manager(_ body: String, _ message: ManagerMessage) {
        let read = ManagerMessage(body.slice)

        #expect(read == message)
        if body != "#!-err no" { #expect(message.body.text == body) }
    }

    @Test("control of agents is written with its blanks")
    func written() {
        #expect(AgentMessage.startup(version: "v4.14.7").body.text == Vectors.body)
        #expect(AgentMessage.shutdown.body.text == "#!-agent shutdown ")
        #expect(
            AgentMessage.response(number: "2", payload: "err x".slice).body.text == "#!-req 2 err x"
        )
        #expect(AgentMessage.requestReceived(number: "2").body.text == "#!-req 2 ack")
    }

    @Test("an event's location is un-escaped, and escaped again")
    func event() throws {
        let body = "1:C|:\\logs||a:b:c"

        let event = try #require(WireEvent(body.slice))

        #expect(event.queue == UInt8(ascii: "1"))
        #expect(event.location.text == "C:\\logs|a")
        #expect(event.message.text == "b:c")
        #expect(event.body.text == body)
    }

    @Test(
        "what is no event is refused",
        arguments: ["", "1", "1:", "1::x", "1:a", "1:a|:b", "1a:b", "\u{1}:a:b", "1:|:"]
    )
    func noEvent(_ body: String) {
        #expect(WireEvent(body.slice) == nil)
    }

    @Test("any location and message survive the wire", arguments: 1...4)
    func roundTrip(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<300 {
            let location = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                "|:ab\n".utf8.randomElement(using: &random) ?? 0
            }
            let message = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let event = WireEvent(queue: 0x31, location: location, message: message[...])

            let read = WireEvent(event.body[...])

            #expect(read?.location == location, "seed \(seed)")
            #expect(read.map { Array($0.message) } == message, "seed \(seed)")
        }
    }

    @Test("random bodies never end the process", arguments: 1...8)
    func randomBodies(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let starts = ["#!-", "#!-req ", "#!-agent startup {", "#!-up file ", "#!-x\n\"", "1:", ""]
        for _ in 0..<2_000 {
            let tail = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? "|:#!\"\n /[](){} -".utf8.randomElement(using: &random) ?? 0
                    : UInt8.random(in: 0...255, using: &random)
            }
            let body = (starts.randomElement(using: &random) ?? "").bytes + tail
            _ = AgentMessage(body[...])
            _ = ManagerMessage(body[...])
            _ = UnameLine(body.text)
            _ = AgentVersion(body.text)
        }
    }
}
