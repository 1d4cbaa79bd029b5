// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import WebServer

@Suite("Outputs over the API")
struct OutputRouteTests {
    @Test("outputs are listed as they stand")
    func list() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get("/outputs")
            #expect(
                answer.text
                    == #"{"outputs":[{"name":"ops","kind":"slack","target":"https://hooks.slack.com","#
                    + #""state":"failing","trouble":"it answered 429","waiting":3,"#
                    + #""waiting_bytes":0,"counted":0,"messages":0,"alerts":0,"failures":0,"#
                    + #""dropped":0,"refused":0,"last_delivery_ms":null}]}"#
            )
        }
    }

    @Test("a test says why it failed; one of no output is not found; a stranger may not")
    func test() async throws {
        try await ServerFixture.run { server in
            let path = "/api/v1/outputs/ops/test"
            let failed = try await server.send("POST", path, server.bearer)
            #expect((failed.status, failed.code) == (502, "output"))
            #expect(failed.text.contains("ops is away"))
            let none = try await server.send("POST", "/api/v1/outputs/x/test", server.bearer)
            #expect(none.status == 404)
            #expect(try await server.send("POST", path).status == 401)
        }
    }

    @Test(
        "everybody who signed in sees how outputs stand; an administrator alone sends a test",
        arguments: [(Role.viewer, 403), (.analyst, 403), (.responder, 403), (.administrator, 502)]
    )
    func roles(role: Role, status: Int) async throws {
        try await ServerFixture.run { server in
            let bearer = try ResponseRouteTests.bearer(role, server)
            #expect(try await server.send("GET", "/api/v1/outputs", bearer).status == 200)
            let sent = try await server.send("POST", "/api/v1/outputs/ops/test", bearer)
            #expect(sent.status == status)
        }
    }
}
