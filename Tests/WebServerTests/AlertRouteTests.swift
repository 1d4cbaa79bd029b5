// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Foundation
import Testing
import WebServer

@Suite("Alerts over HTTP")
struct AlertRouteTests {
    @Test("a page has the newest alerts verbatim, the total and a cursor to the next")
    func page() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...3)

            let first = try await server.get("/alerts?limit=2")
            #expect(first.status == 200)
            #expect(first.header("content-type") == "application/json")
            #expect(first.text.contains(TestAlert.json(3)))
            #expect(first.json["total"] as? Int == 3)
            #expect((first.json["alerts"] as? [Any])?.count == 2)
            let cursor = try #require(first.json["next"] as? String)

            let second = try await server.get("/alerts?limit=2&cursor=\(cursor)&total=false")
            #expect((second.json["alerts"] as? [Any])?.count == 1)
            #expect(second.json["next"] is NSNull)
            #expect(second.json["total"] is NSNull)
        }
    }

    @Test("query and times narrow what is found")
    func narrowed() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...9)
            server.alerts.add(10...10, level: 12)

            let high = try await server.get("/alerts?q=rule.level%20%3E%3D%207")
            #expect(high.json["total"] as? Int == 1)
            let late = try await server.get("/alerts?from=now-53s")
            #expect(late.json["total"] as? Int == 4)
            let early = try await server.get("/alerts?to=2026-11-26T23:59:03Z")
            #expect(early.json["total"] as? Int == 2)
        }
    }

    @Test("sorting goes to the index as it is asked")
    func sorted() async throws {
        try await ServerFixture.run { server in
            for sort in ["timestamp:asc", "timestamp:desc", "rule.level:desc", "data.a:b:asc"] {
                let answer = try await server.get("/alerts?sort=\(sort)")
                #expect(answer.status == 200)
            }
            #expect(
                server.alerts.asked.map(\.order) == [
                    .oldestFirst, .newestFirst, .field("rule.level", isDescending: true),
                    .field("data.a:b", isDescending: false),
                ]
            )
        }
    }

    @Test(
        "a parameter that cannot be read is named",
        arguments: [
            ("/alerts?limit=0", "limit"), ("/alerts?limit=1001", "limit"),
            ("/alerts?limit=x", "limit"), ("/alerts?limit=1&limit=2", "limit"),
            ("/alerts?from=yesterday", "from"), ("/alerts?to=%FF", "to"),
            ("/alerts?sort=asc", "sort"), ("/alerts?sort=level:up", "sort"),
            ("/alerts?total=maybe", "total"), ("/alerts?nonsense=1", "nonsense"),
            ("/alerts?q=%zz", "q"), ("/alerts/top", "field"),
            ("/alerts/top?field=a&size=0", "size"), ("/alerts/histogram?interval=1x", "interval"),
            ("/alerts/histogram?interval=-1s", "interval"),
            ("/alerts/histogram?buckets=99999", "buckets"),
            ("/alerts/export?format=xml", "format"), ("/containers/a/log?tail=0", "tail"),
            ("/rules?level=x", "level"), ("/rules?offset=-1", "offset"),
        ]
    )
    func badParameter(path: String, name: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get(path)
            #expect(answer.status == 400)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect((answer.json["detail"] as? String)?.contains(name) == true)
        }
    }

    @Test("a mistake in a query is told with its column")
    func badQuery() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get("/alerts?q=a:1%20b:2")
            #expect(answer.status == 400)
            #expect(answer.code == "invalid-query")
            #expect(answer.json["column"] as? Int == 5)
            #expect(answer.json["hint"] is String)
        }
    }

    @Test("what the index says is told in the server's words")
    func indexErrors() async throws {
        try await ServerFixture.run { server in
            #expect(try await server.get("/alerts?cursor=zz").code == "invalid-cursor")
            let far = try await server.get("/alerts/histogram?interval=1s&from=0")
            #expect(far.status == 400)
            #expect(far.code == "too-many-buckets")
            server.alerts.fail(AlertIndexError(.unavailable, "the index is damaged"))
            let gone = try await server.get("/alerts")
            #expect(gone.status == 503)
            #expect(gone.json["detail"] as? String == "the index is damaged")
        }
    }

    @Test("one alert is found by its id, and others are not")
    func oneAlert() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...2)
            let found = try await server.get("/alerts/1.2")
            #expect(found.text == #"{"alert":\#(TestAlert.json(2))}"#)
            #expect(try await server.get("/alerts/1.3").status == 404)
            #expect(try await server.get("/alerts/..%2F..%2Fetc").status == 404)
        }
    }

    @Test("counts over time cover the range, split by a field")
    func histogram() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...2)
            server.alerts.add(31...31, level: 9)
            let answer = try await server.get(
                "/alerts/histogram?from=now-1m&interval=30s&split=rule.level"
            )
            #expect(answer.json["interval_ms"] as? Int == 30_000)
            #expect(answer.json["start_ms"] as? Int64 == ServerFixture.start - 60_000)
            #expect(answer.json["counts"] as? [Int] == [2, 1, 0])
            #expect(answer.json["total"] as? Int == 3)
            let series = try #require(answer.json["series"] as? [[String: Any]])
            #expect(series.map { $0["value"] as? String } == ["5", "9"])
        }
    }

    @Test("an automatic interval makes no more stretches than asked, also without times")
    func automaticInterval() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...50)
            let answer = try await server.get("/alerts/histogram?buckets=10")
            #expect(answer.json["interval_ms"] as? Int == 10_000)
            let empty = try await server.get("/alerts/histogram?q=nothing:here")
            #expect(empty.json["total"] as? Int == 0)
            let huge = try await server.get(
                "/alerts/histogram?from=-0&to=999999999999999&buckets=1"
            )
            #expect(huge.status == 400)
            let wide = try await server.get("/alerts/histogram?from=0&to=999999999999999")
            #expect(wide.status == 200)
        }
    }

    @Test("top values say how many there are besides")
    func topValues() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...2, container: "a")
            server.alerts.add(3...3, container: "b")
            server.alerts.add(4...4)
            let answer = try await server.get("/alerts/top?field=data.container.id&size=1")
            #expect(answer.json["field"] as? String == "data.container.id")
            let values = try #require(answer.json["values"] as? [[String: Any]])
            #expect(values.count == 1)
            #expect(values[0]["value"] as? String == "a")
            #expect(values[0]["count"] as? Int == 2)
            #expect(answer.json["distinct"] as? Int == 2)
            #expect(answer.json["present"] as? Int == 3)
            #expect(answer.json["total"] as? Int == 4)
        }
    }

    @Test("several figures come in one answer, each under its name")
    func aggregations() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...5)
            server.alerts.add(6...6, level: 12)
            let answer = try await server.post(
                "/alerts/aggregations",
                """
                {"from":"now-1m","aggregations":{
                  "all":{"type":"count"},"high":{"type":"count","q":"rule.level >= 12"},
                  "time":{"type":"histogram","interval":"1m"},
                  "rules":{"type":"top","field":"rule.id","size":2}}}
                """
            )
            #expect(answer.status == 200)
            let figures = try #require(answer.json["aggregations"] as? [String: [String: Any]])
            #expect(figures["all"]?["count"] as? Int == 6)
            #expect(figures["high"]?["count"] as? Int == 1)
            #expect(figures["time"]?["total"] as? Int == 6)
            #expect((figures["rules"]?["values"] as? [Any])?.count == 2)
        }
    }

    @Test(
        "a body that cannot be used is refused, with the place",
        arguments: [
            ("[]", 400, "object"), ("{", 400, "not JSON"), ("{}", 400, "aggregations"),
            (#"{"aggregations":{"x":{"type":"sum"}}}"#, 400, "aggregations.x"),
            (#"{"aggregations":{"x":{"type":"top"}}}"#, 400, "field"),
            (#"{"aggregations":{"x":{"type":"count","q":"a:("}}}"#, 400, "aggregations.x"),
            (#"{"aggregations":{"x":{"type":"top","field":"a","size":-1}}}"#, 400, "size"),
        ]
    )
    func badBody(body: String, status: Int, word: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await server.post("/alerts/aggregations", body)
            #expect(answer.status == status)
            #expect((answer.json["detail"] as? String)?.contains(word) == true)
        }
    }

    @Test("fields are listed by how they begin")
    func fields() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...1, container: "a")
            let answer = try await server.get("/fields?prefix=rule.l")
            #expect(answer.text == #"{"fields":[{"name":"rule.level","kind":"keyword"}]}"#)
        }
    }

    @Test("archives answer when they are kept, and say so when they are not")
    func archives() async throws {
        try await ServerFixture.run { server in
            for path in ["/archives", "/archives/histogram", "/archives/top?field=a"] {
                let answer = try await server.get(path)
                #expect(answer.status == 404)
                #expect(answer.code == "archives-off")
            }
        }
        let archives = MemoryIndex()
        archives.add(1...4)
        try await ServerFixture.run({ $0.archives = archives }) { server in
            let answer = try await server.get("/archives")
            #expect(answer.json["total"] as? Int == 4)
            let fields = try await server.get("/archives/fields")
            #expect(fields.status == 200)
        }
    }
}
