// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The port where own agents enrol, deliver and call: HTTPS with TLS 1.3 alone.
package struct FleetServer: Sendable {
    private let configuration: FleetServerConfiguration
    private let services: FleetServices

    package init(_ configuration: FleetServerConfiguration, services: FleetServices) {
        self.configuration = configuration
        self.services = services
    }

    /// Serves until the task is cancelled, and makes its certificate anew in time.
    ///
    /// `listening` is called with the port when connections are taken.
    ///
    /// - Throws: ``FleetError`` `cannotListen`, `tls`.
    package func run(listening: @escaping @Sendable (Int) -> Void) async throws {
        let work = NIOThreadPool(numberOfThreads: 2)
        work.start()
        defer { services.commands.close() }
        do {
            try await serve(work, listening)
        } catch {
            // Only a pool that ended before says no.
            try? await work.shutdownGracefully()
            throw error
        }
        try? await work.shutdownGracefully()
    }

    private func serve(
        _ work: NIOThreadPool,
        _ listening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let tls = try ManagerTLS(
            services.authority,
            names: configuration.names,
            at: services.now() / 1_000
        )
        let desk = FleetDesk(configuration, services, work)
        let responder = FleetResponder(desk, configuration.limits)
        let patience = TimeAmount.nanoseconds(configuration.limits.request.wholeNanoseconds)
        let handshake = TimeAmount.nanoseconds(configuration.limits.handshake.wholeNanoseconds)
        let strangers = Strangers(limit: configuration.limits.strangers)
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    StrangerGate(strangers, within: handshake), HeadDeadline(patience),
                ],
                idleTimeout: .nanoseconds(configuration.limits.silence.wholeNanoseconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 4 << 10,
                    maxHeaderListSize: 16 << 10,
                    maxHeaderFieldCount: 50
                )
            )
        )
        let server = try HTTPServerBuilder.tls(plain, tlsConfiguration: tls.configuration())
            .buildServer(
                configuration: ServerConfiguration(
                    address: .hostname(configuration.host, port: configuration.port),
                    // A whole fleet comes at once when its manager starts anew.
                    backlog: 4_096,
                    availableConnectionsDelegate: .maximum(
                        configuration.limits.connections,
                        logger: Self.logger
                    )
                ),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Self.logger,
                responder: { request, writer, channel in
                    try await responder.respond(request, writer, channel)
                },
                onServerRunning: { [configuration] channel in
                    listening(channel.localAddress?.port ?? configuration.port)
                }
            )
        try await run(server, desk, tls)
    }

    private func run(
        _ server: some Service,
        _ desk: FleetDesk,
        _ tls: ManagerTLS
    ) async throws {
        var settings = ServiceGroupConfiguration(services: [server], logger: Self.logger)
        settings.maximumGracefulShutdownDuration = .seconds(1)
        let group = ServiceGroup(configuration: settings)
        // Not cancelled with this task: it ends in good order instead.
        let serving = Task { try await group.run() }
        let services = services
        let result = await withTaskCancellationHandler {
            await withTaskGroup { tasks in
                tasks.addTask { await Self.watch(services, desk, tls) }
                defer { tasks.cancelAll() }
                return await serving.result
            }
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
        // How a server that was told to end does so is no news.
        if case .failure(let error) = result, !Task.isCancelled { throw explain(error) }
    }

    /// Looks every second for agents that were taken out, for silent ones, and whether the
    /// manager's certificate is due.
    private static func watch(
        _ services: FleetServices,
        _ desk: FleetDesk,
        _ tls: ManagerTLS
    ) async {
        while !Task.isCancelled {
            // A damaged file refuses agents, and tells them so.
            try? services.registry.refresh()
            services.registry.sweep()
            desk.tick()
            // The old one is good for months when this fails, and it is tried again.
            _ = try? tls.renewIfDue(at: services.now() / 1_000)
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func explain(_ error: any Error) -> any Error {
        guard let error = error as? IOError else { return error }
        let place = "\(configuration.host):\(configuration.port)"
        let message =
            switch error.errnoCode {
            case EADDRINUSE:
                "\(place) is taken: end what listens there, or choose another port for agents"
            case EADDRNOTAVAIL: "\(configuration.host) is no address of this machine"
            default: "cannot listen on \(place) for agents: \(error)"
            }
        return FleetError(.cannotListen, message, cause: error)
    }

    /// Says nothing: what is worth saying is an answer.
    private static var logger: Logger {
        Logger(label: "jaga.fleet") { _ in SwiftLogNoOpLogHandler() }
    }
}

extension Duration {
    /// Nanoseconds, saturating at the ends of Int64.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? .max : sum
    }
}
