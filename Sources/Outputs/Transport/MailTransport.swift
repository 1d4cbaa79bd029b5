// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Hands mail to a server, or to a program of the host.
final class MailTransport: OutputTransport {
    /// Tries after which recipients that shall come later are given up.
    private static let deferrals = 5

    private let settings: MailSettings
    private let surroundings: OutputSurroundings
    private let deferred = Mutex(0)

    init(_ settings: MailSettings, _ surroundings: OutputSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
    }

    var target: String {
        let recipients = settings.recipients.joined(separator: " ")
        return switch settings.server {
        case .smtp(let server): "smtp://\(server.host):\(server.port) \(recipients)"
        case .program(let path): "\(path) \(recipients)"
        }
    }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        try await send(mail.bytes(message))
    }

    func shutdown() async {}

    /// Sends a mail that was written elsewhere.
    ///
    /// - Throws: ``OutputError``.
    func send(subject: String, parts: [MailPart], key: String) async throws {
        _ = try await send(mail.bytes(subject: subject, parts: parts, key: key))
    }

    private var mail: MailMessage {
        MailMessage(
            settings: settings,
            hostname: surroundings.hostname,
            now: surroundings.now()
        )
    }

    private func send(_ bytes: [UInt8]) async throws -> DeliveryReceipt {
        switch settings.server {
        case .program(let path):
            let run = surroundings.run
            let program = OutputSurroundings.Program(
                arguments: [path, "-t", "-i"],
                input: bytes,
                folder: "/",
                seconds: 60
            )
            try await BlockingWork.run { try run(program) }
            return DeliveryReceipt()
        case .smtp(let server):
            do {
                let receipt = try await talk(server, bytes)
                deferred.withLock { $0 = 0 }
                return receipt
            } catch let error as OutputError {
                if error.code == .busy { deferred.withLock { $0 += 1 } }
                throw error
            }
        }
    }

    private func talk(_ server: SMTPServer, _ bytes: [UInt8]) async throws -> DeliveryReceipt {
        let environment = surroundings.environment
        let (password, encryption) = try await BlockingWork.run {
            (
                try server.credentials?.password.value(environment),
                try Self.encryption(server)
            )
        }
        let order = SMTPDialogue.Order(
            from: settings.from,
            recipients: settings.recipients,
            message: bytes,
            greeting: MailEncoding.name(server.greeting ?? surroundings.hostname),
            encryption: server.encryption,
            credentials: server.credentials.flatMap { user in password.map { (user.user, $0) } },
            skipsDeferred: deferred.withLock { $0 } >= Self.deferrals
        )
        return try await Self.talk(server, order, encryption)
    }

    private static func talk(
        _ server: SMTPServer,
        _ order: SMTPDialogue.Order,
        _ encryption: NIOSSLContext
    ) async throws -> DeliveryReceipt {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let outcome = loop.makePromise(of: DeliveryReceipt.self)
        // A name for which certificates are made; an address is none.
        let name = InternalAddress.isAddress(server.host) ? nil : server.host
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if server.encryption == .tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: encryption, serverHostname: name)
                        )
                    }
                    try pipeline.addHandler(
                        SMTPHandler(
                            SMTPDialogue(order),
                            encryption: encryption,
                            serverName: name,
                            outcome: outcome
                        )
                    )
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: server.host, port: server.port).get()
        } catch {
            outcome.fail(error)
            throw OutputError(
                .connection,
                "cannot reach the mail server \(server.host) port \(server.port): \(error)"
            )
        }
        let deadline = loop.scheduleTask(in: .seconds(Int64(server.timeoutSeconds))) {
            outcome.fail(OutputError(.connection, "the mail server took too long"))
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        return try await withTaskCancellationHandler {
            try await outcome.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Among servers of mail any certificate is better than none; whoever signs in, or asks
    /// for encryption, has it checked.
    private static func encryption(_ server: SMTPServer) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        if server.encryption == .offered, server.credentials == nil {
            tls.certificateVerification = .none
        }
        do {
            if let path = server.authorities {
                let certificates = try NIOSSLCertificate.fromPEMFile(path)
                tls.additionalTrustRoots = [.certificates(certificates)]
            }
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw OutputError(
                .secret,
                "cannot use the certificates \(server.authorities ?? "of the system"): \(error)"
            )
        }
    }
}
