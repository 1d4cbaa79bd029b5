// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// How many connections of each address have not asked for anything yet.
///
/// They cost memory and a descriptor before anyone knows whose they are: one address may
/// have so many, and others are not kept out by it.
final class Strangers: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    /// - Parameter limit: of one address.
    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection; false when its address has too many.
    func enter(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address] ?? 0
            guard count < limit else { return false }
            counts[address] = count + 1
            return true
        }
    }

    func leave(_ address: String) {
        counts.withLock { counts in
            let count = counts[address] ?? 0
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}

/// Lets a connection ask within a time, if its address has not too many that do not.
///
/// It stands behind TLS and the decoder: what it reads is the head of a request, by which a
/// stranger becomes somebody.
final class StrangerGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let strangers: Strangers
    private let limit: TimeAmount
    /// While it is counted.
    private var address: String?
    private var deadline: Scheduled<Void>?

    init(_ strangers: Strangers, within limit: TimeAmount) {
        self.strangers = strangers
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let address = channel.remoteAddress?.ipAddress ?? ""
        guard strangers.enter(address) else {
            // Not within: it is being set up.
            context.eventLoop.execute { channel.close(promise: nil) }
            return
        }
        self.address = address
        deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        leave()
        context.fireChannelRead(data)
    }

    private func leave() {
        deadline?.cancel()
        deadline = nil
        if let address { strangers.leave(address) }
        address = nil
    }
}
