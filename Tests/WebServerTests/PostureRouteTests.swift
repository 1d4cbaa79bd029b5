// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Posture over HTTP")
struct PostureRouteTests {
    @Test("a container is found by its name, another one is not")
    func container() async throws {
        try await ServerFixture.run { server in
            let found = try await server.get("/posture/containers/web")
            #expect(found.json["score"] as? Int == 46)
            let missing = try await server.get("/posture/containers/other")
            #expect(missing.status == 404)
        }
    }

    @Test("why the benchmark does not run now is said")
    func refusal() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send("POST", "/api/v1/posture/audit", server.bearer)
            #expect(answer.status == 409)
            #expect(answer.code == "audit")
        }
    }
}
