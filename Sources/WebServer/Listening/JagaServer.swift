// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Glibc
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTP server: API, sign-in, live streams, the dashboard's files.
///
/// ```
/// prepare (address, certificate, files, users) ─► listen ─► answer
/// cancelled: streams end, requests have a second more, connections close
/// ```
package struct JagaServer: Sendable {
    /// What an operator is told when the server listens.
    package struct Address: Sendable, Hashable {
        /// `http://127.0.0.1:9696`, without a slash at the end.
        package let url: String
        package let port: Int
        /// Where the first user sets a password, once; nil when that is done.
        package let setupLink: String?
        /// SHA-256 of the certificate, as `AB:CD:…`; nil without TLS.
        package let fingerprint: String?
    }

    /// How long things take at most, for tests to change.
    package struct Pace: Sendable {
        /// A request, streams excepted.
        package var timeLimit = Duration.seconds(30)
        /// Between two signs of life in a stream.
        package var heartbeat = Duration.seconds(15)

        package init() {}
    }

    /// Connections that are open at once.
    private static let connectionLimit = 512

    private let configuration: WebConfiguration
    private let services: Services
    private let clock: WallClock
    private let pace: Pace

    package init(_ configuration: WebConfiguration, services: Services) {
        self.init(
            configuration,
            services: services,
            clock: .system,
            pace: Pace()
        )
    }

    /// As ``init(_:services:)``, by another clock and pace for tests.
    package init(
        _ configuration: WebConfiguration,
        services: Services,
        clock: WallClock,
        pace: Pace
    ) {
        self.configuration = configuration
        self.services = services
        self.clock = clock
        self.pace = pace
    }

    /// Serves until the task is cancelled.
    ///
    /// `listening` is called once, when connections are taken.
    ///
    /// - Throws: ``WebServerError``.
    package func run(listening: @escaping @Sendable (Address) -> Void) async throws {
        let work = BlockingWork()
        do {
            try await serve(work, listening)
        } catch {
            await work.end()
            throw error
        }
        await work.end()
    }

    private func serve(
        _ work: BlockingWork,
        _ listening: @escaping @Sendable (Address) -> Void
    ) async throws {
        let prepared = try await work.run { [self] in
            try Preparation(
                configuration,
                hostname: services.identity.hostname,
                clock: clock
            )
        }
        let context = context(prepared, work)
        let server = try server(prepared, context, listening)
        var settings = ServiceGroupConfiguration(services: [server], logger: Self.logger)
        settings.maximumGracefulShutdownDuration = .seconds(1)
        let group = ServiceGroup(configuration: settings)
        // Not cancelled with this task: it ends in good order instead.
        let serving = Task { try await group.run() }
        let result = await withTaskCancellationHandler {
            await withTaskGroup { tasks in
                tasks.addTask { await services.live.run() }
                tasks.addTask { await beat(context) }
                defer { tasks.cancelAll() }
                return await serving.result
            }
        } onCancel: {
            context.streams.closeAll()
            Task { await group.triggerGracefulShutdown() }
        }
        // How a server that was told to end does so is no news.
        if case .failure(let error) = result, !Task.isCancelled {
            throw Self.explain(error, prepared.address)
        }
    }

    private func context(_ prepared: Preparation, _ work: BlockingWork) -> ServerContext {
        let file = AccountFile(folder: configuration.state)
        return ServerContext(
            services: services,
            signIn: SignIn(AccountStore(file, work), work, clock),
            streams: StreamRegistry(),
            metrics: ServerMetrics(),
            work: work,
            clock: clock,
            guardian: RequestGuard(
                isLoopback: prepared.address.isLoopback,
                names: configuration.names
            ),
            isLoopback: prepared.address.isLoopback,
            isEncrypted: prepared.certificate != nil,
            timeLimit: pace.timeLimit
        )
    }

    private func server(
        _ prepared: Preparation,
        _ context: ServerContext,
        _ listening: @escaping @Sendable (Address) -> Void
    ) throws -> any Service {
        let active = ActiveRequests()
        let catalogue = RouteCatalogue(context: context) { active.count }
        let responder = RequestResponder(catalogue.table, prepared.files, context, active)
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                idleTimeout: .seconds(75),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10,
                    maxHeaderListSize: 64 << 10,
                    maxHeaderFieldCount: 100
                )
            )
        )
        let builder = try prepared.certificate.map {
            try HTTPServerBuilder.tls(plain, tlsConfiguration: $0.tls)
        }
        let hostname = services.identity.hostname
        return try (builder ?? plain).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(prepared.address.address, port: prepared.address.port),
                availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: Self.logger)
            ),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Self.logger,
            responder: { request, writer, channel in
                try await responder.respond(request, writer, channel)
            },
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? prepared.address.port
                listening(Self.address(prepared, port, hostname))
            }
        )
    }

    /// Keeps streams alive, and ends those of callers who are not signed in
    /// any more.
    private func beat(_ context: ServerContext) async {
        while !Task.isCancelled {
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: pace.heartbeat)
            await context.streams.beat { await context.signIn.isCurrent($0) }
        }
    }

    private static func address(
        _ prepared: Preparation,
        _ port: Int,
        _ hostname: String
    ) -> Address {
        let url = prepared.address.url(
            port: port,
            isEncrypted: prepared.certificate != nil,
            hostname: hostname
        )
        return Address(
            url: url,
            port: port,
            setupLink: prepared.setupToken.map { "\(url)/#/setup?token=\($0)" },
            fingerprint: prepared.certificate?.fingerprint
        )
    }

    private static func explain(_ error: any Error, _ address: ListenAddress) -> any Error {
        guard let error = error as? IOError else { return error }
        let place = "\(address.address):\(address.port)"
        let message =
            switch error.errnoCode {
            case EADDRINUSE:
                "\(place) is taken: end what listens there, or choose another port"
            case EADDRNOTAVAIL: "\(address.address) is no address of this machine"
            case EACCES: "this user may not listen on port \(address.port): choose one above 1023"
            default: "cannot listen on \(place): \(error)"
            }
        return WebServerError(.cannotListen, message, cause: error)
    }

    /// Says nothing: what is worth saying is a metric or an answer.
    private static var logger: Logger {
        Logger(label: "jaga.web") { _ in SwiftLogNoOpLogHandler() }
    }
}
