// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Outputs
import Synchronization

/// An HTTP server on loopback that answers as a test says, and remembers what it took.
final class HTTPReceiver: Sendable {
    enum Answer: Sendable {
        case status(Int, headers: [(String, String)] = [], body: String = "{}")
        /// The connection stays open, and nothing comes.
        case hang
        /// The connection is closed without a word.
        case close
    }

    struct Request: Sendable {
        let path: String
        let headers: [(String, String)]
        let body: [UInt8]

        var json: JSONTree? { JSONTreeReader.read(body) }
        var text: String { String(decoding: body, as: UTF8.self) }

        func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
    }

    private struct State {
        var script: [Answer] = []
        /// What was answered with 2xx.
        var taken: [Request] = []
        var all: [Request] = []
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    /// Answers in this order, and then with 200.
    init(_ script: [Answer] = []) async throws {
        state.withLock { $0.script = script }
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        channel.withLock { $0 = server }
    }

    deinit { channel.withLock { $0 }?.close(promise: nil) }

    var port: Int { channel.withLock { $0?.localAddress?.port } ?? 0 }
    var url: String { "http://127.0.0.1:\(port)/hook" }
    var taken: [Request] { state.withLock { $0.taken } }
    var all: [Request] { state.withLock { $0.all } }

    func endpoint(_ path: String = "/hook") -> HTTPEndpoint {
        var endpoint = HTTPEndpoint(url: Secret(.text("http://127.0.0.1:\(port)\(path)")))
        endpoint.allowsPlain = true
        return endpoint
    }

    private func answer(_ request: Request) -> Answer {
        state.withLock { state in
            let answer = state.script.isEmpty ? .status(200) : state.script.removeFirst()
            state.all.append(request)
            if case .status(200..<300, _, _) = answer { state.taken.append(request) }
            return answer
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let receiver: HTTPReceiver
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ receiver: HTTPReceiver) { self.receiver = receiver }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let buffer): body += buffer.readableBytesView
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let headers = head.headers.map { ($0.name, $0.value) }
            switch receiver.answer(Request(path: head.uri, headers: headers, body: body)) {
            case .hang: break
            case .close: context.close(promise: nil)
            case .status(let code, let more, let text):
                var fields = HTTPHeaders(more)
                fields.add(name: "Content-Length", value: "\(text.utf8.count)")
                let status = HTTPResponseStatus(statusCode: code)
                let answer = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                let content = ByteBuffer(string: text)
                context.write(wrapOutboundOut(.body(.byteBuffer(content))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
