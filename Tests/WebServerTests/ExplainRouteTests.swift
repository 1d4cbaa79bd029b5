// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("A web request explained over HTTP")
struct ExplainRouteTests {
    @Test("a request is taken apart, decoded by rounds, and judged")
    func explained() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.post(
                "/explain",
                #"{"target":"/item?a=1&id=1%2527%20or%201=1--","user_agent":"sqlmap/1.7"}"#
            )

            #expect(answer.status == 200)
            let parts = answer.json["parts"] as? [[String: Any]] ?? []
            #expect(parts.map { $0["place"] as? String } == ["path", "a", "id", "User-Agent"])
            let rounds = parts[2]["rounds"] as? [[String: Any]] ?? []
            #expect(rounds.map { $0["text"] as? String } == ["1%27 or 1=1--", "1' or 1=1--"])
            let attacks = answer.json["attacks"] as? [[String: Any]] ?? []
            #expect(attacks.map { $0["class"] as? String } == ["sqli", "scanner"])
        }
    }

    @Test("an empty target is a mistake")
    func refused() async throws {
        try await ServerFixture.run { server in
            let empty = try await server.post("/explain", #"{"target":""}"#)
            #expect(empty.status == 400)
        }
    }
}
