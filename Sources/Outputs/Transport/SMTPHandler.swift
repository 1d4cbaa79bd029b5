// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL

/// Runs an ``SMTPDialogue`` over a channel.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var dialogue: SMTPDialogue
    private var reader = SMTPReplyReader()
    private let encryption: NIOSSLContext
    private let serverName: String?
    private let outcome: EventLoopPromise<DeliveryReceipt>

    init(
        _ dialogue: SMTPDialogue,
        encryption: NIOSSLContext,
        serverName: String?,
        outcome: EventLoopPromise<DeliveryReceipt>
    ) {
        self.dialogue = dialogue
        self.encryption = encryption
        self.serverName = serverName
        self.outcome = outcome
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.append(unwrapInboundIn(data).readableBytesView)
        while true {
            switch reader.next() {
            case .more: return
            case .broken: return fail(context, .connection, "the mail server speaks no SMTP")
            case .reply(let reply):
                guard act(on: dialogue.received(reply), context) else { return }
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .handshakeFailed? = error as? NIOSSLError {
            let words =
                "no encryption with the mail server: its certificate is not valid, or not known"
            return fail(context, .connection, words)
        }
        fail(context, .connection, "the connection to the mail server broke: \(error)")
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Nothing when the outcome is known already.
        outcome.fail(OutputError(.connection, "the mail server closed the connection"))
    }

    /// - Returns: Whether the conversation goes on.
    private func act(on action: SMTPDialogue.Action, _ context: ChannelHandlerContext) -> Bool {
        switch action {
        case .send(let bytes):
            write(bytes, context)
            return true
        case .encrypt(let bytes):
            // What came before encryption, somebody between may have said.
            guard !reader.hasMore else {
                fail(context, .connection, "the mail server spoke before encryption began")
                return false
            }
            do {
                let handler = try NIOSSLClientHandler(
                    context: encryption,
                    serverHostname: serverName
                )
                try context.pipeline.syncOperations.addHandler(handler, position: .first)
                write(bytes, context)
                return true
            } catch {
                fail(context, .connection, "no encryption with the mail server: \(error)")
                return false
            }
        case .taken(let receipt):
            outcome.succeed(receipt)
            write(Array("QUIT\r\n".utf8), context)
            context.close(promise: nil)
            return false
        case .fail(let code, let words):
            write(Array("QUIT\r\n".utf8), context)
            fail(context, code, words)
            return false
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func fail(
        _ context: ChannelHandlerContext,
        _ code: OutputError.Code,
        _ words: String
    ) {
        outcome.fail(OutputError(code, words))
        context.close(promise: nil)
    }
}
