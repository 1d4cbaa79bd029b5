// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs
import Testing

/// Answers of `_bulk` as OpenSearch 2 and Elasticsearch 8 document them.
@Suite("Documents for an index", .timeLimit(.minutes(1)))
struct BulkOutputTests {
    private static func item(_ status: Int, _ type: String = "", _ reason: String = "") -> String {
        let error = #","error":{"type":"\#(type)","reason":"\#(reason)"}"#
        return
            #"{"create":{"_index":"i","_id":"x","status":\#(status)\#(status < 300 ? "" : error)}}"#
    }

    private static func answer(_ items: [String]) -> HTTPReceiver.Answer {
        let hasErrors = items.contains { $0.contains("error") }
        return .status(
            200,
            body: #"{"took":3,"errors":\#(hasErrors),"items":[\#(items.joined(separator: ","))]}"#
        )
    }

    private static let full = item(
        429,
        "es_rejected_execution_exception",
        "rejected execution of coordinating operation"
    )
    private static let mapping = item(
        400,
        "mapper_parsing_exception",
        "failed to parse field [data.srcip] of type [ip]"
    )
    private static let taken = item(201)

    /// Ids of the documents of each request.
    private static func ids(_ receiver: HTTPReceiver) -> [[String]] {
        receiver.all.map { request in
            request.text.split(separator: "\n").compactMap { line in
                JSONTreeReader.read([UInt8](line.utf8))?.at("create._id")?.text
            }
        }
    }

    /// Delivers until it is taken, as the worker does; the errors on the way.
    private static func deliver(
        _ receiver: HTTPReceiver,
        _ alerts: [OutputAlert],
        times: Int = 5
    ) async throws -> (receipt: DeliveryReceipt?, errors: [OutputError]) {
        let kind = OutputKind.bulk(receiver.endpoint(""), prefix: "p-")
        let transport = Output(name: "t", kind: kind).transport(Samples.surroundings())
        var errors: [OutputError] = []
        var receipt: DeliveryReceipt?
        let message = OutgoingMessage(.alerts(alerts), key: "k")
        for _ in 0..<times where receipt == nil {
            do {
                receipt = try await transport.deliver(message)
            } catch let error as OutputError { errors.append(error) }
        }
        await transport.shutdown()
        return (receipt, errors)
    }

    @Test("what has no room comes again alone; what does not fit is counted once, and named")
    func partial() async throws {
        let receiver = try await HTTPReceiver([
            Self.answer([Self.taken, Self.full, Self.mapping, Self.full]),
            Self.answer([Self.full, Self.taken]),
            Self.answer([Self.taken]),
        ])
        let (receipt, errors) = try await Self.deliver(
            receiver,
            (1...4).map { try Samples.alert($0) }
        )

        let ids = [
            "watch-1795437975.1-1", "watch-1795437975.2-2", "watch-1795437975.3-3",
            "watch-1795437975.4-4",
        ]
        #expect(Self.ids(receiver) == [ids, [ids[1], ids[3]], [ids[1]]])
        #expect(receipt?.refused == 1)
        #expect(
            receipt?.detail
                == "p-2026.11.23/watch-1795437975.3-3: mapper_parsing_exception: "
                + "failed to parse field [data.srcip] of type [ip]"
        )
        #expect(errors.map(\.code) == [.busy, .busy])
        #expect(errors.first?.message.hasPrefix("2 of 4 documents are not taken: es_rej") == true)
    }

    @Test(
        "rights and indices that are missing wait for the owner; nothing is lost meanwhile",
        arguments: [
            (403, "security_exception"), (403, "cluster_block_exception"),
            (404, "index_not_found_exception"), (401, "security_exception"),
        ]
    )
    func rights(status: Int, type: String) async throws {
        let receiver = try await HTTPReceiver([
            Self.answer([Self.item(status, type, "no"), Self.taken]),
            Self.answer([Self.taken]),
        ])
        let (receipt, errors) = try await Self.deliver(
            receiver,
            [Samples.alert(1), Samples.alert(2)]
        )

        #expect(errors.map(\.code) == [.denied])
        #expect(Self.ids(receiver).map(\.count) == [2, 1])
        #expect(receipt == DeliveryReceipt())
    }

    @Test("a disk that is full, a shard that is away, and a document that is there")
    func others() async throws {
        let receiver = try await HTTPReceiver([
            Self.answer([
                Self.item(429, "cluster_block_exception", "disk usage exceeded flood-stage"),
                Self.item(503, "unavailable_shards_exception", "primary shard is not active"),
                Self.item(409, "version_conflict_engine_exception", "document already exists"),
            ]),
            Self.answer([Self.taken, Self.taken]),
        ])
        let (receipt, errors) = try await Self.deliver(
            receiver,
            (1...3).map { try Samples.alert($0) }
        )

        #expect(errors.map(\.code) == [.busy])
        #expect(Self.ids(receiver).map(\.count) == [3, 2])
        #expect(receipt == DeliveryReceipt())
    }

    @Test("a request that is too long is halved, and only what is too long alone is left out")
    func tooLong() async throws {
        let long = HTTPReceiver.Answer.status(413, body: "<html>Request Entity Too Large</html>")
        let receiver = try await HTTPReceiver([
            long, long, long, Self.answer([Self.taken]), Self.answer([Self.taken]),
            Self.answer([Self.taken]),
        ])
        let (receipt, errors) = try await Self.deliver(
            receiver,
            (1...4).map { try Samples.alert($0) }
        )

        #expect(errors.isEmpty)
        #expect(Self.ids(receiver).map(\.count) == [4, 2, 1, 1, 1, 1])
        #expect(receipt?.refused == 1)
        #expect(receipt?.detail.hasPrefix("p-2026.11.23/watch-1795437975.1-1: ") == true)
    }

    @Test(
        "an answer that is none, or about something else, takes nothing",
        arguments: [
            "{}", "<html>welcome</html>", #"{"errors":true,"items":[]}"#,
            #"{"errors":true,"items":[{"create":{"status":201}},{}]}"#, "",
        ]
    )
    func strange(body: String) async throws {
        let receiver = try await HTTPReceiver([.status(200, body: body)])
        let (receipt, errors) = try await Self.deliver(receiver, [Samples.alert(1)], times: 1)

        #expect(errors.map(\.code) == [.busy])
        #expect(receipt == nil)
    }
}
