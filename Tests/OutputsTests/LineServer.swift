// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A TCP server on loopback that answers lines as a test says, and remembers all bytes.
final class LineServer: Sendable {
    private let state = Mutex<[UInt8]>([])
    private let channel = Mutex<(any Channel)?>(nil)
    private let greeting: String
    private let answer: @Sendable (String) -> String

    /// Listens; `answer` gives what is sent for a line.
    ///
    /// Between `DATA` and a line of one dot nothing is asked.
    init(greeting: String, answer: @escaping @Sendable (String) -> String) async throws {
        self.greeting = greeting
        self.answer = answer
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        channel.withLock { $0 = server }
    }

    deinit { channel.withLock { $0 }?.close(promise: nil) }

    var port: Int { channel.withLock { $0?.localAddress?.port } ?? 0 }
    /// Everything that came, of all connections.
    var text: String { String(decoding: state.withLock { $0 }, as: UTF8.self) }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: LineServer
        private var buffer: [UInt8] = []
        private var isData = false

        init(_ server: LineServer) { self.server = server }

        func channelActive(context: ChannelHandlerContext) { send(server.greeting, context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            server.state.withLock { $0 += bytes }
            buffer += bytes
            while let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                buffer.removeSubrange(...end)
                if isData, line != "." { continue }
                isData = line == "DATA"
                send(server.answer(line), context)
            }
        }

        private func send(_ text: String, _ context: ChannelHandlerContext) {
            guard !text.isEmpty else { return }
            let buffer = ByteBuffer(string: text)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
    }
}
