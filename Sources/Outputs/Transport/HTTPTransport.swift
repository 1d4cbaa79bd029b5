// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Tells messages by HTTP, written as the receiver wants them.
final class HTTPTransport: OutputTransport {
    /// What is written, and what its answer says.
    enum Form: Sendable {
        case webhook(WebhookTemplate, topic: String, options: JSONTree?)
        case slack(options: JSONTree?)
        case pagerDuty(key: Secret, options: JSONTree?)
        case alertmanager
        /// To indices of this prefix.
        case bulk(prefix: String)
    }

    private static let json = "application/json"

    private let form: Form
    private let delivery: HTTPDelivery
    private let environment: [String: String]

    init(
        _ form: Form,
        _ endpoint: HTTPEndpoint,
        environment: [String: String],
        resolve: @escaping @Sendable (String) throws -> [String] = HostResolver.addresses(of:)
    ) {
        self.form = form
        self.environment = environment
        delivery = HTTPDelivery(endpoint, environment: environment, resolve: resolve)
    }

    var target: String { delivery.shown }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        guard let request = try await request(message) else { return DeliveryReceipt() }
        let answer = try await delivery.send(request)
        try answer.check(target)
        if case .bulk = form { return try BulkMessage.receipt(answer.body) }
        return DeliveryReceipt()
    }

    func shutdown() async { await delivery.shutdown() }

    private func request(_ message: OutgoingMessage) async throws -> HTTPDelivery.Request? {
        var request = HTTPDelivery.Request(type: Self.json, body: [])
        // Receivers that know it take a message once, however often it comes.
        request.headers = [("Idempotency-Key", message.key)]
        switch form {
        case .slack(let options):
            request.body = SlackMessage.body(message, options: options).bytes
        case .webhook(let template, let topic, let options):
            request.body = template.body(message, topic: topic, options: options).bytes
        case .pagerDuty(let secret, let options):
            let environment = environment
            let key = try await BlockingWork.run { try secret.value(environment) }
            request.body = PagerDutyMessage.body(message, key: key, options: options).bytes
        case .alertmanager:
            request.suffix = AlertmanagerMessage.path
            request.body = AlertmanagerMessage.body(message).bytes
        case .bulk(let prefix):
            guard !message.alerts.isEmpty else { return nil }
            request.suffix = BulkMessage.path
            request.type = BulkMessage.type
            request.body = BulkMessage.body(message.alerts, prefix: prefix)
        }
        return request
    }
}
