// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Testing

/// What a manager of Wazuh asks its agent for.
@Suite("orders of a Wazuh manager")
struct WazuhOrderTests {
    private static let alert = """
        {"id":"1.2","rule":{"id":"5763","level":10},"data":{"srcip":"192.0.2.9","q":"a\\"}{,:"}}
        """
    private static let names = Array(
        """
        restart-wazuh0 - restart-wazuh - 0
        firewall-drop600 - firewall-drop - 600
        note - my-script - 0

        """.utf8
    )
    /// A folder without scripts.
    private static let scripts = ScriptFolder(root: "/nonexistent")

    private static func order(_ command: String, _ parameters: String) -> WazuhOrder? {
        WazuhOrder(
            Array(
                """
                {"version":1,"origin":{"name":"n","module":"wazuh-analysisd"},
                "command":"\(command)","parameters":{\(parameters)}}
                """.utf8
            )
        )
    }

    @Test("a response is found by its name, and its alert is as it was sent")
    func named() throws {
        let order = try #require(
            Self.order("firewall-drop600", #""extra_args":["-x"],"alert":"# + Self.alert)
        )

        let response = try #require(order.response(in: Self.names, scripts: Self.scripts))

        #expect(response.name == "firewall-drop600")
        #expect(response.timeoutSeconds == 600)
        #expect(response.command.kind == .blockAddress)
        #expect(response.command.arguments == ["-x"])
        #expect(String(decoding: order.alert.json, as: UTF8.self) == Self.alert)
        #expect(order.alert.sourceAddress == "192.0.2.9")
    }

    @Test("an alert on several lines becomes one line")
    func severalLines() throws {
        let text = "\"alert\":{\n\"rule\":\r\n{\"id\":\"1\",\"level\":3}\n}"
        let order = try #require(Self.order("note", text))

        #expect(
            String(decoding: order.alert.json, as: UTF8.self)
                == #"{ "rule":  {"id":"1","level":3} }"#
        )
        #expect(order.response(in: Self.names, scripts: Self.scripts)?.command.kind == .script)
    }

    @Test("a program's own name needs no entry, any other does")
    func programs() throws {
        let direct = try #require(Self.order("!my-script", "\"alert\":" + Self.alert))
        let unknown = try #require(Self.order("my-script", "\"alert\":" + Self.alert))

        let response = direct.response(in: [], scripts: Self.scripts)

        #expect(response?.command.executable == "my-script")
        #expect(response?.timeoutSeconds == 0)
        #expect(unknown.response(in: Self.names, scripts: Self.scripts) == nil)
    }

    @Test(
        "what is no order, or has no alert, leads to nothing",
        arguments: [
            "", "{", "[]", #"{"command":"note"}"#, #"{"command":"note","parameters":{}}"#,
            #"{"command":"note","parameters":{"alert":{}}}"#,
            #"{"command":7,"parameters":{"alert":{"rule":{"id":"1","level":1}}}}"#,
            #"{"command":"note","parameters":{"alert":"{"}}"#,
        ]
    )
    func damaged(_ text: String) {
        #expect(WazuhOrder(Array(text.utf8)) == nil)
    }

    @Test("entries that are none stand for nothing")
    func damagedNames() throws {
        let order = try #require(Self.order("note", "\"alert\":" + Self.alert))

        for text in ["note", "note - x - -1", "note - x - y", "note - x - 99999999999999999999"] {
            #expect(order.response(in: Array(text.utf8), scripts: Self.scripts) == nil)
        }
    }
}
