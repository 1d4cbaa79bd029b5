// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc
import HostFiles
import NIOCore
import NIOPosix

/// An agent that reports to a Wazuh 4 manager.
///
/// Events are acknowledged when the manager is known to have them, see
/// `Outbox`; a manager that cannot be reached makes ``deliver(_:acknowledged:)`` wait.
package final class WazuhAgent: Sendable {
    private static let delayLimit = Duration.seconds(60)

    private let configuration: ClientConfiguration
    private let outbox: Outbox
    private let shownStatus = SharedValue(ClientStatus())

    package init(_ configuration: ClientConfiguration) {
        self.configuration = configuration
        outbox = Outbox(limit: configuration.windowBytes)
    }

    package var status: ClientStatus { shownStatus.withLock { $0 } }

    /// Hands over events, waiting for room; false at the end, when they were not
    /// taken.
    ///
    /// `acknowledged` is called when the manager has them, in the order of the calls.
    package func deliver(
        _ batch: EventBatch,
        acknowledged: @escaping @Sendable () -> Void
    ) async -> Bool {
        await outbox.add(batch, acknowledged: acknowledged)
    }

    /// Whether the manager is known to have all that was handed over.
    package var hasDeliveredAll: Bool { outbox.isEmpty }

    /// Reports until the task is cancelled; after an error it can be called again, and
    /// what was handed over still waits.
    ///
    /// `receive` and `answer` are called on an event loop and must be quick;
    /// `answer` gives what a request, by its target, is answered with: `ok {…}` or
    /// `err …`.
    /// - Throws: ``TransportError`` `keyFile`, `notAKey`.
    package func run(
        receive: @escaping @Sendable (ManagerCommand) -> Void,
        answer: @escaping @Sendable (String, [UInt8]) -> [UInt8]
    ) async throws {
        let work = BlockingQueue()
        do {
            let parts = try await parts(work, receive, answer)
            try await report(parts)
            // Numbers reserved ahead hold when this one is not written.
            try? await work.run { try parts.counter.close() }
        } catch {
            await work.end()
            throw error
        }
        outbox.close()
        await work.end()
    }

    private func parts(
        _ work: BlockingQueue,
        _ receive: @escaping @Sendable (ManagerCommand) -> Void,
        _ answer: @escaping @Sendable (String, [UInt8]) -> [UInt8]
    ) async throws -> ClientParts {
        let configuration = configuration
        let (counter, merged, sum) = try await work.run {
            for file in [configuration.keyFile, configuration.counterFile] {
                let folder = file.split(separator: "/").dropLast().joined(separator: "/")
                try SmallFile.makeFolder((file.hasPrefix("/") ? "/" : "") + folder)
            }
            let shared = SharedFolder(path: configuration.shared)
            let counter = try SenderCounter(file: CounterFile(path: configuration.counterFile))
            return (counter, shared.bundle()?.digest ?? "x", shared.configurationSum())
        }
        return ClientParts(
            outbox: outbox,
            counter: counter,
            work: work,
            status: shownStatus,
            sums: SharedValue((merged, sum)),
            receive: receive,
            answer: answer
        )
    }

    /// Connects again and again, to one server after the other.
    private func report(_ parts: ClientParts) async throws {
        var key = try await parts.work.run { [configuration] in try Self.key(configuration) }
        var (number, failures) = (0, 0)
        while !Task.isCancelled, !configuration.servers.isEmpty {
            let server = configuration.servers[number % configuration.servers.count]
            guard let present = key else {
                key = await enrol(nil, with: server, parts)
                if key == nil {
                    number += 1
                    failures += 1
                    await pause(min(.seconds(5 * failures), Self.delayLimit))
                } else {
                    failures = 0
                    await pause(configuration.enrolment?.delay ?? .zero)
                }
                continue
            }
            if await session(with: server, present, parts) {
                failures = 0
                await pause(.seconds(1))
                continue
            }
            failures += 1
            if failures < server.maxRetries {
                await pause(server.retryInterval)
                continue
            }
            (failures, number) = (0, number + 1)
            key = await enrol(present, with: server, parts) ?? present
        }
    }

    /// The key in the file; nil when there is none yet.
    private static func key(_ configuration: ClientConfiguration) throws -> AgentKey? {
        guard FileStamp(of: configuration.keyFile) != nil else { return nil }
        let bytes = try SmallFile.read(configuration.keyFile, limit: 64 << 10)
        var diagnostics: [Diagnostic] = []
        let text = String(decoding: bytes, as: UTF8.self)
        let keys = ClientKeys(text, file: configuration.keyFile, diagnostics: &diagnostics)
        if keys.count == 0, configuration.enrolment == nil {
            throw TransportError(
                .notAKey,
                "\(configuration.keyFile) holds no key: enrol, or import one"
            )
        }
        return keys.agents.first
    }

    /// Asks for a key, the present one shown by its hash; nil when there is none.
    private func enrol(
        _ present: AgentKey?,
        with server: ClientConfiguration.Server,
        _ parts: ClientParts
    ) async -> AgentKey? {
        guard let enrolment = configuration.enrolment else { return nil }
        // First where it is said to enrol, then where it is to report.
        let hosts = enrolment.host.map { $0 == server.host ? [$0] : [$0, server.host] }
        for host in hosts ?? [server.host] where !Task.isCancelled {
            do {
                let key = try await Enroller.enrol(enrolment, at: host, keyHash: present?.hash)
                try await parts.work.run { [configuration] in
                    try SmallFile.replace(
                        configuration.keyFile,
                        with: Array((key.line + "\n").utf8),
                        mode: 0o640
                    )
                }
                return key
            } catch {
                shownStatus.withLock { $0.problem = "\(error)" }
            }
        }
        return nil
    }

    /// One connection, to its end; whether the manager took this agent.
    private func session(
        with server: ClientConfiguration.Server,
        _ key: AgentKey,
        _ parts: ClientParts
    ) async -> Bool {
        let before = status.connections
        let session = ClientSession(configuration, key, server, parts)
        do {
            let (channel, connection) = try await connect(server, session)
            await withTaskCancellationHandler {
                // How it ended does not matter: it is made anew.
                try? await channel.closeFuture.get()
            } onCancel: {
                connection.end()
            }
        } catch {
            session.failed("cannot reach \(server.host):\(server.port): \(Self.reason(error))")
        }
        shownStatus.withLock { $0.server = nil }
        return status.connections > before
    }

    /// What the system said of an address that was tried, in its words.
    private static func reason(_ error: any Error) -> String {
        guard let failure = error as? NIOConnectionError else { return "\(error)" }
        if let refused = failure.connectionErrors.last?.error as? IOError {
            return String(cString: strerror(refused.errnoCode)).lowercased()
        }
        return failure.connectionErrors.isEmpty ? "no such host" : "\(error)"
    }

    private func connect(
        _ server: ClientConfiguration.Server,
        _ session: ClientSession
    ) async throws -> (any Channel, ManagerConnectionHandle) {
        let channel =
            switch server.way {
            case .stream: try await connectStream(server, session)
            case .datagrams: try await connectDatagrams(server, session)
            }
        return (channel, ManagerConnectionHandle(channel: channel))
    }

    private func connectStream(
        _ server: ClientConfiguration.Server,
        _ session: ClientSession
    ) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .channelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 128 << 10))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ManagerConnection(session))
                }
            }
            .connect(host: server.host, port: server.port).get()
    }

    private func connectDatagrams(
        _ server: ClientConfiguration.Server,
        _ session: ClientSession
    ) async throws -> any Channel {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Packet.sizeLimit)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers: [any ChannelHandler] = [
                        DatagramFrames(), ManagerConnection(session),
                    ]
                    try channel.pipeline.syncOperations.addHandlers(handlers)
                }
            }
            .connect(host: server.host, port: server.port).get()
    }

    private func pause(_ duration: Duration) async {
        // Cancellation ends the wait, and the loop with it.
        try? await Task.sleep(for: duration)
    }
}

/// Ends a connection from another thread.
private struct ManagerConnectionHandle: Sendable {
    let channel: any Channel

    func end() {
        channel.eventLoop.execute {
            guard
                let context = try? channel.pipeline.syncOperations.context(
                    handlerType: ManagerConnection.self
                ), let connection = context.handler as? ManagerConnection
            else {
                // It is closed already.
                channel.close(promise: nil)
                return
            }
            connection.end(context)
        }
    }
}
