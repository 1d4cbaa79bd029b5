// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NIOSSL

/// Asks a manager for a key.
///
/// Source: around-the-engine.md §4.
enum Enroller {
    private static let replyLimit = 4_096
    private static let timeLimit = TimeAmount.seconds(30)

    /// Enrols with one manager.
    ///
    /// It does not tell a version: managers before 4.6 do not know the word, and would pass
    /// over the groups behind it; all take an agent without.
    /// - Throws: ``TransportError`` `connection`, `tls`, `refused`.
    static func enrol(
        _ enrolment: ClientConfiguration.Enrolment,
        at host: String,
        keyHash: String?
    ) async throws -> AgentKey {
        let request = EnrolmentRequest(
            name: enrolment.name,
            groups: enrolment.groups,
            address: enrolment.address,
            keyHash: keyHash
        )
        let reply = try await ask(
            host,
            enrolment,
            ByteBuffer(bytes: request.line(password: enrolment.password))
        )
        let place = "\(host):\(enrolment.port)"
        switch EnrolmentReply(reply[...]) {
        case .enrolled(let key): return key
        case .refused(let text):
            throw TransportError(
                .refused,
                "the manager \(place) does not enrol this agent: \(text)"
            )
        case nil:
            throw TransportError(.connection, "what listens on \(place) gave no key")
        }
    }

    private static func ask(
        _ host: String,
        _ enrolment: ClientConfiguration.Enrolment,
        _ request: ByteBuffer
    ) async throws -> [UInt8] {
        let context = try context(enrolment)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: [UInt8].self)
        let isName = RegisteredAddress.bytes(of: host) == nil
        do {
            let channel = try await ClientBootstrap(group: loop)
                .connectTimeout(timeLimit)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handlers: [any ChannelHandler] = [
                            try NIOSSLClientHandler(
                                context: context,
                                serverHostname: isName ? host : nil
                            ),
                            ReplyCollector(promise, limit: replyLimit),
                        ]
                        try channel.pipeline.syncOperations.addHandlers(handlers)
                    }
                }
                .connect(host: host, port: enrolment.port).get()
            let deadline = loop.scheduleTask(in: timeLimit) { channel.close(promise: nil) }
            defer { deadline.cancel() }
            channel.writeAndFlush(request, promise: nil)
            return try await promise.futureResult.get()
        } catch {
            promise.fail(error)
            throw TransportError(
                .connection,
                "cannot enrol with \(host):\(enrolment.port): see that its authd listens and that "
                    + "its certificate is the expected one",
                cause: error
            )
        }
    }

    private static func context(
        _ enrolment: ClientConfiguration.Enrolment
    ) throws -> NIOSSLContext {
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = .tlsv12
        if let authority = enrolment.authority {
            settings.trustRoots = .file(authority)
        } else {
            settings.certificateVerification = .none
        }
        do {
            if let certificate = enrolment.certificate, let key = enrolment.key {
                settings.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate)
                    .map { .certificate($0) }
                settings.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw TransportError(
                .tls,
                "cannot use the certificates of <enrollment>: see that its PEM files can be read",
                cause: error
            )
        }
    }
}

/// Collects what comes until the connection closes.
private final class ReplyCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<[UInt8]>
    private let limit: Int
    private var bytes: [UInt8] = []

    init(_ promise: EventLoopPromise<[UInt8]>, limit: Int) {
        self.promise = promise
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if bytes.count > limit { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(bytes)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Managers close without TLS's good-bye, after their whole answer.
        if bytes.isEmpty { promise.fail(error) }
        context.close(promise: nil)
    }
}
