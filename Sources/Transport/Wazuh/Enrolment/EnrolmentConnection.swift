// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One agent that asks to be enrolled: one line in, one line out.
final class EnrolmentConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let limit: Duration
    private let answer: @Sendable ([UInt8]) async -> String?
    private let tally: Tally
    private var line: [UInt8] = []
    private var isAsked = false
    private var deadline: Scheduled<Void>?

    /// It has so much time for TLS, the line and the answer; `answer` gives what a line is answered with; nil for nothing.
    init(
        _ tally: Tally,
        within limit: Duration,
        answer: @escaping @Sendable ([UInt8]) async -> String?
    ) {
        self.tally = tally
        self.limit = limit
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(
            in: .nanoseconds(limit.nanoseconds)
        ) {
            self.tally.add(.enrolmentsBroken)
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard !isAsked else { return }
        line += bytes.readableBytesView
        guard line.count <= EnrolmentRequest.sizeLimit else {
            fail(context)
            return
        }
        guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else { return }
        isAsked = true
        let request = Array(line[..<end])
        line = []
        let answer = answer
        context.eventLoop.makeFutureWithTask { await answer(request) }.assumeIsolated()
            .whenSuccess { reply in
                guard let reply, context.channel.isActive else {
                    context.close(promise: nil)
                    return
                }
                context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: reply)))
                    .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(context)
    }

    private func fail(_ context: ChannelHandlerContext) {
        tally.add(.enrolmentsBroken)
        context.close(promise: nil)
    }
}
