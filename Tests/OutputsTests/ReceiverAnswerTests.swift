// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs
import Testing

/// What real services answer, as their documentation has it.
@Suite("What services answer", .timeLimit(.minutes(1)))
struct ReceiverAnswerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let template: WebhookTemplate
        let status: Int
        var headers: [(String, String)] = []
        let body: String
        /// Nil for a message that was taken.
        let code: OutputError.Code?
        var seconds: Int?

        var testDescription: String { "\(template.name) \(status) \(body)" }
    }

    private static let connector =
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error "

    static let cases = [
        Case(template: .slack, status: 200, body: "ok", code: nil),
        Case(template: .slack, status: 400, body: "invalid_payload", code: .refused),
        Case(template: .slack, status: 403, body: "action_prohibited", code: .denied),
        Case(template: .slack, status: 404, body: "no_service", code: .denied),
        Case(template: .slack, status: 410, body: "channel_is_archived", code: .denied),
        Case(
            template: .slack,
            status: 429,
            headers: [("Retry-After", "30")],
            body: "rate_limited",
            code: .busy,
            seconds: 30
        ),
        Case(template: .slack, status: 500, body: "rollup_error", code: .busy),
        Case(template: .teams, status: 202, body: "", code: nil),
        Case(template: .teams, status: 200, body: "1", code: nil),
        Case(template: .teams, status: 200, body: connector + "429 with ContextId x", code: .busy),
        Case(
            template: .teams,
            status: 200,
            body: connector + "413 with ContextId x",
            code: .refused
        ),
        Case(
            template: .teams,
            status: 404,
            body: #"{"error":{"code":"WorkflowNotFound"}}"#,
            code: .denied
        ),
        Case(template: .discord, status: 204, body: "", code: nil),
        Case(
            template: .discord,
            status: 429,
            body: #"{"message":"You are being rate limited.","retry_after":64.57,"global":false}"#,
            code: .busy,
            seconds: 65
        ),
        Case(
            template: .telegram(chat: "1"),
            status: 200,
            body: #"{"ok":true,"result":{}}"#,
            code: nil
        ),
        Case(
            template: .telegram(chat: "1"),
            status: 429,
            body:
                #"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}"#,
            code: .busy,
            seconds: 17
        ),
        Case(
            template: .telegram(chat: "1"),
            status: 400,
            body: #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#,
            code: .denied
        ),
        Case(
            template: .telegram(chat: "1"),
            status: 400,
            body:
                #"{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}"#,
            code: .refused
        ),
        Case(template: .ntfy, status: 429, body: #"{"code":42901,"http":429}"#, code: .busy),
        Case(template: .mattermost, status: 200, body: "ok", code: nil),
        Case(
            template: .mattermost,
            status: 429,
            headers: [("Retry-After", "1.5")],
            body: "limit exceeded",
            code: .busy,
            seconds: 2
        ),
    ]

    @Test("a message is taken, waits, or is left out", arguments: cases)
    func answer(_ each: Case) async throws {
        let receiver = try await HTTPReceiver([
            .status(each.status, headers: each.headers, body: each.body)
        ])
        let kind = OutputKind.webhook(each.template, receiver.endpoint(), topic: "t", options: nil)
        let transport = Output(name: "t", kind: kind).transport(Samples.surroundings())
        let message = OutgoingMessage(.alerts([try Samples.alert(1)]), key: "k")
        var failure: OutputError?
        do {
            _ = try await transport.deliver(message)
        } catch let error as OutputError { failure = error }
        await transport.shutdown()

        #expect(failure?.code == each.code)
        #expect(failure?.retryAfterSeconds == each.seconds)
        // What was said can be read by whoever looks after it.
        if let failure, each.template == .slack { #expect(failure.message.contains(each.body)) }
    }
}
