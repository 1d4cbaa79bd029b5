// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends the alert to an address of the owner's, as scripts get it on their standard
/// input: `add`, and `delete` when it is to be undone.
struct WebhookPerformer: ActPerformer {
    private static let timeLimit = TimeAmount.seconds(20)

    /// As receivers are told who calls.
    let node: String

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        guard let order = act.script else { return .refused("it has no alert") }
        guard WebhookAddress.isUsable(order.arguments.first ?? "") else {
            return .refused("it sends to no https address")
        }
        return .ready(ActMemory())
    }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        guard let order = act.script else { throw Self.empty }
        let status = try await send(.add, order)
        let text = "the receiver answered \(status)"
        return act.expiresAt == nil ? .doneForGood(text) : .done(text)
    }

    func undo(_ act: StandingAct) async throws -> String {
        guard let order = act.act.script else { throw Self.empty }
        return "the receiver answered \(try await send(.delete, order))"
    }

    func renew(_ act: StandingAct) async throws {}

    /// - Returns: The status, from 200 to 299.
    private func send(_ command: ScriptMessage.Command, _ order: ScriptOrder) async throws -> Int {
        let address = order.arguments.first ?? ""
        var settings = HTTPClient.Configuration()
        // Where it leads is the owner's choice, not the receiver's.
        settings.redirectConfiguration = .disallow
        settings.timeout.connect = .seconds(10)
        settings.httpVersion = .http1Only
        let client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: settings
        )
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        // The address may be a secret: it is no part of what is given on, and neither are
        // the words behind it.
        var order = order
        order.arguments = []
        request.body = .bytes(ScriptMessage.line(command, order, node: node))
        let result: Result<HTTPClientResponse, any Error>
        do {
            result = .success(try await client.execute(request, timeout: Self.timeLimit))
        } catch {
            result = .failure(error)
        }
        // Fails only for a client that was shut down before.
        try? await client.shutdown().get()
        let host = WebhookAddress.host(address)
        do {
            let status = Int(try result.get().status.code)
            guard (200..<300).contains(status) else {
                throw ResponseError(.program, "the webhook at \(host) answered \(status)")
            }
            return status
        } catch let error as ResponseError {
            throw error
        } catch {
            throw ResponseError(.program, "the webhook at \(host) cannot be reached: \(error)")
        }
    }

    private static let empty = ResponseError(.program, "the act has no alert")
}

/// Where a webhook may send to.
package enum WebhookAddress {
    private static let own = ["localhost", "127.0.0.1", "[::1]"]

    /// Whether an alert may go there: encrypted, or not beyond this host.
    package static func isUsable(_ address: String) -> Bool {
        guard address.utf8.count <= 2_048,
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        let host = host(address)
        if address.hasPrefix("https://") { return !host.isEmpty }
        return address.hasPrefix("http://") && own.contains(host)
    }

    /// The host, without port, path and names of users, which may be secret.
    static func host(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return "" }
        let authority = address[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            return String(place[...end])
        }
        return String(place.prefix { $0 != ":" })
    }
}
