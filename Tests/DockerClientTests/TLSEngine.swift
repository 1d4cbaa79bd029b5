// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A server on the loopback that asks for a client's certificate and answers
/// every request with an empty list.
final class TLSEngine: Sendable {
    let port: UInt16
    private let channel: any Channel

    init() async throws {
        let engine = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.engine.utf8))
        let key = try NIOSSLPrivateKey(
            bytes: Array(TestCertificates.engineKey.utf8),
            format: .pem
        )
        let authority = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.authority.utf8))
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: engine.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates(authority)
        let context = try NIOSSLContext(configuration: configuration)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(EmptyListHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
    }

    func stop() async {
        // It is already closed only when the test closed it.
        try? await channel.close()
    }
}

private final class EmptyListHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let headers: HTTPHeaders = ["Content-Length": "2"]
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = ByteBuffer(string: "[]")
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
