// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CLinux
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends the alert to an address of the owner's, as scripts get it on their standard
/// input: `add`, and `delete` when it is to be undone.
struct WebhookPerformer: ActPerformer {
    private static let timeLimit = TimeAmount.seconds(20)

    /// As receivers are told who calls.
    let node: String
    /// What the settings of now say of a `<command>`; nil when they name none.
    ///
    /// It is asked each time, for the address may be a secret, and stands in no journal.
    let address: @Sendable (String) -> String?
    private let work = BlockingWork.concurrent("webhooks")

    init(node: String, address: @escaping @Sendable (String) -> String?) {
        self.node = node
        self.address = address
    }

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        guard act.script != nil else { return .refused("it has no alert") }
        guard WebhookAddress.isUsable(address(act.command) ?? "") else {
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
        guard let address = address(act.command) else {
            throw ResponseError(.program, "the settings have no command \(act.command)")
        }
        let status = try await send(.add, order, to: address)
        let text = "the receiver answered \(status)"
        return act.expiresAt == nil ? .doneForGood(text) : .done(text)
    }

    func undo(_ act: StandingAct) async throws -> String {
        guard let order = act.act.script else { throw Self.empty }
        guard let address = address(act.act.command) else {
            return "nobody is told: the settings have no command \(act.act.command) any more"
        }
        return "the receiver answered \(try await send(.delete, order, to: address))"
    }

    func renew(_ act: StandingAct) async throws {}

    /// - Returns: The status, from 200 to 299.
    private func send(
        _ command: ScriptMessage.Command,
        _ order: ScriptOrder,
        to setting: String
    ) async throws -> Int {
        let address = try await work.run { try WebhookAddress.text(setting) }
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

/// Where a webhook may send to: an address, or `file:PATH` with the address in its first line.
package enum WebhookAddress {
    private static let file = "file:"
    private static let limit = 2_048

    private static let own = ["localhost", "127.0.0.1", "[::1]"]

    /// Whether an alert may go there: encrypted, or not beyond this host.
    ///
    /// What is in a file is looked at when it is used.
    package static func isUsable(_ address: String) -> Bool {
        if address.hasPrefix(file) { return address.hasPrefix(file + "/") }
        guard address.utf8.count <= limit,
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        let host = host(address)
        if address.hasPrefix("https://") { return !host.isEmpty }
        return address.hasPrefix("http://") && own.contains(host)
    }

    /// The address of a setting; it reads the file, and may block.
    ///
    /// - Throws: ``ResponseError`` `program`, without the address.
    static func text(_ setting: String) throws -> String {
        guard setting.hasPrefix(file) else { return setting }
        let path = String(setting.dropFirst(file.count))
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            throw ResponseError(.program, "cannot read the address in \(path): \(reason)")
        }
        defer { close(descriptor) }
        var status = jaga_file_status()
        guard jaga_file_status_of(descriptor, &status) == 0, status.mode & 0o007 == 0 else {
            throw ResponseError(
                .program,
                "everybody may read \(path): take that from them (chmod o-rwx)"
            )
        }
        var bytes = [UInt8](repeating: 0, count: limit + 2)
        let count = max(0, read(descriptor, &bytes, bytes.count))
        let line = String(decoding: bytes[..<count].prefix { $0 > 0x20 }, as: UTF8.self)
        guard !line.hasPrefix(file), isUsable(line) else {
            throw ResponseError(.program, "\(path) holds no https address in its first line")
        }
        return line
    }

    /// The host, without port, path and names of users, which may be secret.
    static func host(_ address: String) -> String {
        if address.hasPrefix(file) { return address }
        guard let scheme = address.firstRange(of: "://") else { return "" }
        let authority = address[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            return String(place[...end])
        }
        return String(place.prefix { $0 != ":" })
    }
}
