// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Puts alerts into an index of OpenSearch or Elasticsearch.
///
/// Tried again, a message is not sent as a whole: only what the index has not settled. That is
/// remembered in memory alone; after a crash the documents' ids keep them from being twice.
final class BulkTransport: OutputTransport {
    private struct State {
        /// Of the message that is on its way.
        var progress: BulkProgress?
        /// How many documents a request may hold; less after a 413.
        var most = Int.max
    }

    private let delivery: HTTPDelivery
    private let form: BulkMessage
    private let state = Mutex(State())

    init(
        _ endpoint: HTTPEndpoint,
        _ form: BulkMessage,
        environment: [String: String],
        resolve: @escaping @Sendable (String) throws -> [String] = HostResolver.addresses(of:)
    ) {
        self.form = form
        delivery = HTTPDelivery(endpoint, environment: environment, resolve: resolve)
    }

    var target: String { delivery.shown }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        let known = state.withLock { $0.progress }
        var progress = known?.key == message.key ? known ?? .init(message) : .init(message)
        defer {
            let last = progress
            state.withLock { $0.progress = last }
        }
        while !progress.waiting.isEmpty { try await step(message, &progress) }
        return progress.receipt
    }

    private func step(_ message: OutgoingMessage, _ progress: inout BulkProgress) async throws {
        let part = Array(progress.waiting.prefix(state.withLock { $0.most }))
        let alerts = part.map { message.alerts[$0] }
        var request = HTTPDelivery.Request(
            suffix: BulkMessage.path,
            type: BulkMessage.type,
            body: form.body(alerts)
        )
        request.headers = [("Idempotency-Key", "\(message.key)-\(part[0])-\(part.count)")]
        let answer = try await delivery.send(request)
        let name = { [form] number in form.name(message.alerts[number]) }
        guard answer.status == 413 else {
            try answer.check(target)
            return try progress.take(answer.body, first: part.count, name: name)
        }
        if part.count == 1 {
            progress.refuseFirst("\(target) answered 413, it is too long", name: name)
        } else {
            state.withLock { $0.most = part.count / 2 }
        }
    }

    func shutdown() async { await delivery.shutdown() }
}
