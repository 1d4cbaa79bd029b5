// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import AlertStore
import HummingbirdCore
import NIOCore

/// An answer that goes on: server-sent events out of a mailbox.
enum EventStream {
    /// The answer; `feed` fills the mailbox meanwhile, and is cancelled when the
    /// client leaves.
    static func response(
        _ exchange: Exchange,
        _ mailbox: EventMailbox,
        feed: @escaping @Sendable () async -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            try await exchange.request.body.consumeWithCancellationOnInboundClose { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await feed() }
                    defer { group.cancelAll() }
                    while let delivery = await mailbox.next() {
                        try await writer.write(buffer(delivery))
                    }
                }
            }
            try await writer.finish(nil)
        }
        var response = Response(status: .ok, headers: [.contentType: "text/event-stream"])
        response.body = body
        return response
    }

    /// What did not fit came after what waits: the gap is told last.
    private static func buffer(_ delivery: EventMailbox.Delivery) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: delivery.bytes)
        if delivery.dropped > 0 { buffer.writeBytes(EventText.lagged(delivery.dropped)) }
        if delivery.isHeartbeat { buffer.writeBytes(EventText.heartbeat) }
        return buffer
    }
}

extension LiveAlerts {
    /// Fills a mailbox with the alerts of a query until the task is cancelled;
    /// a sign of life tells that it has begun.
    func watch(_ filter: AlertFilter, _ mailbox: EventMailbox) async {
        let ticket = subscribe(filter, mailbox)
        defer { unsubscribe(ticket) }
        mailbox.beat()
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
    }
}
