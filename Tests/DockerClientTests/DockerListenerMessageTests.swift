// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

@Suite("The envelope of a Docker listener")
struct DockerListenerMessageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let event: [UInt8]
        /// Between `"docker": ` and the last brace.
        let expected: String

        init(_ what: String, _ event: String, _ expected: String) {
            self.init(what, bytes: [UInt8](event.utf8), expected)
        }

        init(_ what: String, bytes: [UInt8], _ expected: String) {
            self.what = what
            event = bytes
            self.expected = expected
        }

        var testDescription: String { what }
    }

    static let cases = [
        Case("blanks", " {\"b\" :1,\t\"a\":[ 1,2 ,{ } ]}\r", #"{"b": 1, "a": [1, 2, {}]}"#),
        Case(
            "empty containers",
            #"{"a":{},"b":[],"c":[[],{}]}"#,
            #"{"a": {}, "b": [], "c": [[], {}]}"#
        ),
        Case("literals", #"{"a":true,"b":false,"c":null}"#, #"{"a": true, "b": false, "c": null}"#),
        Case(
            "numbers stay as written",
            #"{"t":1795476975959808228,"e":-1.50E+10,"z":0}"#,
            #"{"t": 1795476975959808228, "e": -1.50E+10, "z": 0}"#
        ),
        Case(
            "escapes become shortest",
            #"{"a":"\u0041\/\b\f\n\r\t\"\\"}"#,
            #"{"a": "A/\b\f\n\r\t\"\\"}"#
        ),
        Case("control characters", #"{"a":"\u0001\u001F\u007f"}"#, #"{"a": "\u0001\u001f\u007f"}"#),
        Case("raw control characters", "{\"a\":\"\u{01}\t\u{7F}\"}", #"{"a": "\u0001\t\u007f"}"#),
        Case("beyond ASCII", "{\"ä\":\"€\"}", #"{"\u00e4": "\u20ac"}"#),
        Case("beyond the first plane", "{\"a\":\"😀\"}", #"{"a": "\ud83d\ude00"}"#),
        Case("an escaped pair", #"{"a":"\uD83D\uDE00"}"#, #"{"a": "\ud83d\ude00"}"#),
        Case("lone surrogates", #"{"a":"\ud83dx\uDE00"}"#, #"{"a": "\ud83dx\ude00"}"#),
        Case(
            "two high surrogates",
            #"{"a":"\ud83d\ud83d\ude00"}"#,
            #"{"a": "\ud83d\ud83d\ude00"}"#
        ),
        Case("a member that came twice", #"{"a":1,"a":2}"#, #"{"a": 1, "a": 2}"#),
        Case(
            "a byte that is no UTF-8",
            bytes: Array("{\"a\":\"x".utf8) + [0xFF] + Array("y\"}".utf8),
            #"{"a": "x\ufffdy"}"#
        ),
        Case(
            "a sequence cut short is one character",
            bytes: Array("{\"a\":\"".utf8) + [0xE2, 0x82] + Array("\"}".utf8),
            #"{"a": "\ufffd"}"#
        ),
        Case(
            "a surrogate in UTF-8 is three",
            bytes: Array("{\"a\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8),
            #"{"a": "\ufffd\ufffd\ufffd"}"#
        ),
    ]

    @Test("an event is written as Python would", arguments: cases)
    func event(_ item: Case) throws {
        let output = try DockerListenerMessage.event(item.event).envelope()

        #expect(
            String(decoding: output, as: UTF8.self)
                == "{\"integration\": \"docker\", \"docker\": \(item.expected)}"
        )
    }

    @Test("an event of engine 20.10 keeps its order and its exact time")
    func wholeEvent() throws {
        let line =
            #"{"status":"start","id":"e76a","from":"busybox","Type":"container","Action":"start","Actor":{"ID":"e76a","Attributes":{"image":"busybox","name":"hcmd"}},"scope":"local","time":1795476975,"timeNano":1795476975959808228}"#

        let output = try DockerListenerMessage.event([UInt8](line.utf8)).envelope()

        #expect(
            String(decoding: output, as: UTF8.self)
                == #"{"integration": "docker", "docker": {"status": "start", "id": "e76a", "from": "busybox", "Type": "container", "Action": "start", "Actor": {"ID": "e76a", "Attributes": {"image": "busybox", "name": "hcmd"}}, "scope": "local", "time": 1795476975, "timeNano": 1795476975959808228}}"#
        )
    }

    @Test(
        "the listener's own messages are the documented ones",
        arguments: [
            (
                DockerListenerMessage.started,
                #"{"integration": "docker", "docker": {"Wodle event": "Started"}}"#
            ),
            (
                .connected,
                #"{"integration": "docker", "docker": {"Wodle event": "Connected to Docker service"}}"#
            ),
            (
                .notRunning,
                #"{"integration": "docker", "docker": {"Wodle event": "Docker service is not running"}}"#
            ),
            (
                .disconnected,
                #"{"integration": "docker", "docker": {"Wodle event": "Disconnected from the Docker service"}}"#
            ),
        ]
    )
    func ownMessages(message: DockerListenerMessage, expected: String) throws {
        #expect(String(decoding: try message.envelope(), as: UTF8.self) == expected)
    }

    @Test(
        "what is not a JSON object is an error",
        arguments: [
            "", " ", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}",
            "{a:1}",
            "{\"a\":01}", "{\"a\":-}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":.5}", "{\"a\":+1}",
            "{\"a\":tru}", "{\"a\":nul", "{\"a\":truex}", "{\"a\":\"x}", "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u12", "{\"a\":\"\\", "{\"a\":[1}", "{\"a\":[1,]}",
            "{\"a\":1}}", "{\"a\":1}{\"b\":2}", "{\"a\":1} x", "[1]", "1", "\"a\"", "null",
            "{\"a\":'b'}", "{\"a\":NaN}",
        ]
    )
    func broken(text: String) {
        #expect(throws: JSONSyntaxError.self) {
            try DockerListenerMessage.event([UInt8](text.utf8)).envelope()
        }
    }

    @Test("an event cut off at any byte is an error, never a crash")
    func truncated() throws {
        let whole = [UInt8](#"{"a":{"b":["\u00e4",-1.5e3,true,null]},"c":"\\"}"#.utf8)
        #expect(try !DockerListenerMessage.event(whole).envelope().isEmpty)

        for length in 0..<whole.count {
            #expect(throws: JSONSyntaxError.self) {
                try DockerListenerMessage.event(Array(whole[..<length])).envelope()
            }
        }
    }

    @Test("nesting is read to 512 and refused beyond it")
    func nesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array("{\"a\":".utf8) + [UInt8](repeating: 0x5B, count: depth - 1)
                + [UInt8](repeating: 0x5D, count: depth - 1) + [0x7D]
        }

        #expect(try DockerListenerMessage.event(nested(512)).envelope().count > 1024)
        #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 516)) {
            try DockerListenerMessage.event(nested(513)).envelope()
        }
    }
}
