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
        let answer = try await delivery.send(try await request(message))
        if case .webhook(let template, _, _) = form { try template.check(answer, target) }
        try answer.check(target)
        return DeliveryReceipt()
    }

    func shutdown() async { await delivery.shutdown() }

    private func request(_ message: OutgoingMessage) async throws -> HTTPDelivery.Request {
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
        }
        return request
    }
}
