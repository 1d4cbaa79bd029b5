// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Makes datagrams look like a stream of frames, so that a connection need not know
/// which of them it has.
final class DatagramFrames: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let payload = Array(unwrapInboundIn(data).data.readableBytesView)
        context.fireChannelRead(wrapInboundOut(FrameReader.frame(payload)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var frame = unwrapOutboundIn(data)
        frame.moveReaderIndex(forwardBy: min(4, frame.readableBytes))
        context.write(wrapOutboundOut(frame), promise: promise)
    }
}
