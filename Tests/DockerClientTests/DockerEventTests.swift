// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Testing

@Suite("Events of the engine")
struct DockerEventTests {
    @Test("an event of an old engine is read with its exact time")
    func oldEngine() throws {
        let line =
            #"{"status":"exec_create: true ","id":"e76a","from":"busybox","Type":"container","Action":"exec_create: true ","Actor":{"ID":"e76a","Attributes":{"execID":"3cca","image":"busybox","com.docker.compose.project":"p"}},"scope":"local","time":1795476976,"timeNano":1795476976251105484}"#

        let event = try DockerEvent(line: [UInt8](line.utf8))

        #expect(event.type == "container")
        #expect(event.action == "exec_create: true ")
        #expect(event.actorID == "e76a")
        #expect(
            event.attributes == [
                "execID": "3cca", "image": "busybox", "com.docker.compose.project": "p",
            ]
        )
        #expect(event.scope == "local")
        #expect(event.time.nanoseconds == 1_795_476_976_251_105_484)
        #expect(event.raw == [UInt8](line.utf8))
    }

    @Test("an event from API 1.52 on has no status, id and from, and reads the same")
    func newEngine() throws {
        let line =
            #"{"Type":"image","Action":"pull","Actor":{"ID":"nginx:latest","Attributes":{"name":"nginx"}},"scope":"local","time":5,"timeNano":5000000001}"#

        let event = try DockerEvent(line: [UInt8](line.utf8))

        #expect(event.type == "image")
        #expect(event.action == "pull")
        #expect(event.actorID == "nginx:latest")
        #expect(event.time.nanoseconds == 5_000_000_001)
    }

    @Test("members of another kind, and unknown ones, do not hinder the others")
    func tolerant() throws {
        let line =
            #"{"new":{"Type":"x","deep":[{"Action":"y"}]},"Type":7,"Action":"start","Actor":{"more":[1],"Attributes":{"n":1,"o":{"p":"q"},"name":"web"},"ID":"a1"},"time":3}"#

        let event = try DockerEvent(line: [UInt8](line.utf8))

        #expect(event.type == "")
        #expect(event.action == "start")
        #expect(event.actorID == "a1")
        #expect(event.attributes == ["n": "1", "name": "web"])
        #expect(event.time.nanoseconds == 3_000_000_000)
    }

    @Test("bytes that are no UTF-8 become replacement characters in the text only")
    func invalidUTF8() throws {
        let line =
            Array(#"{"Type":"container","Action":"exec_create: cat "#.utf8) + [0xFF, 0x22, 0x7D]

        let event = try DockerEvent(line: line)

        #expect(event.action == "exec_create: cat \u{FFFD}")
        #expect(event.raw == line)
    }

    @Test(
        "hostile numbers are not trusted",
        arguments: [
            (#"{"time":9223372036854775807}"#, 0),
            (#"{"timeNano":9223372036854775807}"#, Int64.max),
            (#"{"timeNano":9223372036854775808,"time":2}"#, 2_000_000_000),
            (#"{"timeNano":1e3,"time":-1}"#, -1_000_000_000),
        ]
    )
    func hostileNumbers(line: String, expected: Int64) throws {
        #expect(try DockerEvent(line: [UInt8](line.utf8)).time.nanoseconds == expected)
    }

    @Test(
        "what is not one JSON object is an error",
        arguments: ["", "[]", "OK", #"{"Type":"container"#, #"{"Actor":{"ID":"a"}"#, "{}{}"]
    )
    func broken(line: String) {
        #expect(throws: JSONSyntaxError.self) { try DockerEvent(line: [UInt8](line.utf8)) }
    }
}

@Suite("The engine's time")
struct EngineTimeTests {
    @Test(
        "the three ways of the API to write a moment",
        arguments: [
            ("2026-11-23T23:36:15.959496885Z", 1_795_476_975_959_496_885),
            ("2026-11-23T23:36:15Z", 1_795_476_975_000_000_000),
            ("2026-11-24T01:36:15.5+02:00", 1_795_476_975_500_000_000),
            ("2026-11-23T18:06:15.0000000019-05:30", 1_795_476_975_000_000_001),
        ]
    )
    func rfc3339(text: String, nanoseconds: Int64) {
        #expect(EngineTime(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "what is not a moment is none",
        arguments: [
            "", "0001-01-01T00:00:00Z", "2026-11-23", "2026-13-23T23:36:15Z",
            "2026-11-23T23:36:15", "2026-11-23T23:36:15.Z", "2026-11-23T23:36:15ZZ",
            "9999-11-23T23:36:15Z", "2026-11-23 23:36:15Z",
        ]
    )
    func invalid(text: String) {
        #expect(EngineTime(rfc3339: text) == nil)
    }

    @Test("the parameter has nine digits after the dot")
    func parameter() {
        #expect(
            EngineTime(nanoseconds: 1_795_476_975_000_000_042).parameter == "1795476975.000000042"
        )
        #expect(EngineTime(nanoseconds: -5).parameter == "0.000000000")
    }
}
