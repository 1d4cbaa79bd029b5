// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import NIOCore

/// One agent's TCP connection to the manager.
///
/// It reads no further while the inbox is full, so that the agent waits instead
/// of us growing; keep-alives behind are acknowledged later for the same reason.
final class AgentConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Owner {
        let id: String
        let cipher: PacketCipher
        /// Of its last message; answers are encrypted alike.
        var method: CipherMethod
        var events: AgentEvents
    }

    private let desk: ManagerDesk
    private let limits: AgentLimits
    private let address: String
    private var reader = FrameReader()
    private var owner: Owner?
    private var link: AgentStreamLink?
    private var pusher = BundlePusher()
    private var receipts = Receipts()
    private var isPaused = false
    /// Nothing more is read; what was written still goes out.
    private var isEnding = false
    private var wantsRead = false
    private var deadline: Scheduled<Void>?
    private var lastRead = NIODeadline.now()

    init(_ desk: ManagerDesk, _ limits: AgentLimits, address: String) {
        self.desk = desk
        self.limits = limits
        self.address = address
    }

    func channelActive(context: ChannelHandlerContext) {
        desk.tally.add(.connections)
        link = AgentStreamLink(self, context, peer: address)
        // Whoever has not said a true word yet gets little of our memory.
        reader.limit = limits.firstFrame
        watch(context, for: limits.handshake)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if let owner, let link { desk.directory.detach(link, from: owner.id) }
        link = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        lastRead = .now()
        reader.append(&bytes)
        var batch = EventBatch()
        reading: while context.channel.isActive, !isEnding {
            switch reader.next() {
            case .frame(let payload):
                if !receive(payload, context, &batch) { end(context) }
            case .incomplete: break reading
            case .oversized:
                desk.tally.add(.oversizedFrames)
                end(context)
            }
        }
        if !batch.isEmpty { deliver(batch, context) }
    }

    /// Closes the connection after what is on its way to the agent, such as why it
    /// is refused.
    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        context.eventLoop.assumeIsolated().execute { context.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            wantsRead = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump(context)
        context.fireChannelWritabilityChanged()
    }

    // MARK: Receiving

    /// Takes a packet; false when the connection is to end.
    private func receive(
        _ payload: [UInt8],
        _ context: ChannelHandlerContext,
        _ batch: inout EventBatch
    ) -> Bool {
        if payload == Ping.question {
            desk.tally.add(.pings)
            context.writeAndFlush(wrapOutboundOut(FrameReader.frame(Ping.answer)), promise: nil)
            return true
        }
        guard let link, let incoming = desk.open(payload[...], from: address, owner: owner?.id),
            claim(incoming, link, context)
        else { return false }
        if case .event(let event) = incoming.message {
            take(event, &batch)
            return true
        }
        let outcome = desk.handle(incoming, on: link)
        if case .keepAlive = incoming.message,
            let identity = desk.directory.identity(of: incoming.id)
        {
            owner?.events.identity = identity
        }
        return outcome == .goesOn
    }

    /// Makes the connection that agent's own, unless it is so already.
    private func claim(
        _ incoming: ManagerDesk.Incoming,
        _ link: AgentStreamLink,
        _ context: ChannelHandlerContext
    ) -> Bool {
        if owner != nil {
            owner?.method = incoming.method
            return true
        }
        guard desk.directory.attach(link, to: incoming.id),
            let identity = desk.directory.identity(of: incoming.id)
        else {
            desk.tally.add(.agentsInUse)
            return false
        }
        owner = Owner(
            id: incoming.id,
            cipher: incoming.cipher,
            method: incoming.method,
            events: AgentEvents(identity: identity)
        )
        reader.limit = Packet.sizeLimit
        watch(context, for: limits.idle)
        return true
    }

    private func take(_ event: WireEvent, _ batch: inout EventBatch) {
        if event.isKeepAlive { return }
        let isTaken = owner?.events.add(event, to: &batch, at: desk.time.now())
        if isTaken != true { desk.tally.add(.moduleMessages) }
    }

    private func deliver(_ batch: EventBatch, _ context: ChannelHandlerContext) {
        desk.tally.add(.events, batch.entries.count)
        receipts.offer()
        let link = link
        guard let room = desk.inbox.offer(batch, on: context.eventLoop, kept: { link?.kept() })
        else { return }
        isPaused = true
        room.assumeIsolated().whenComplete { _ in
            self.isPaused = false
            guard self.wantsRead else { return }
            self.wantsRead = false
            context.read()
        }
    }

    /// Closes the connection when nothing was read for so long.
    private func watch(_ context: ChannelHandlerContext, for limit: Duration) {
        deadline?.cancel()
        let limit = TimeAmount.nanoseconds(limit.nanoseconds)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastRead + limit) {
            if self.owner == nil {
                self.desk.tally.add(.handshakesMissed)
            } else if self.isPaused || NIODeadline.now() - self.lastRead < limit {
                if self.isPaused { self.lastRead = .now() }
                self.watch(context, for: self.limits.idle)
                return
            } else {
                self.desk.tally.add(.idleConnections)
            }
            context.close(promise: nil)
        }
    }

    // MARK: Sending

    /// Sends a message, or drops it when the agent takes nothing for a second.
    func send(_ message: ManagerMessage, _ context: ChannelHandlerContext, isLast: Bool = false) {
        guard context.channel.isActive else { return }
        if context.channel.isWritable {
            write(message, context)
            context.flush()
        } else if isLast {
            desk.tally.add(.unsent)
        } else {
            context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
                self.send(message, context, isLast: true)
            }
        }
    }

    /// Acknowledges a keep-alive now, or when what came before it is kept.
    ///
    /// An agent that waits for it holds what it would read; so nothing is in our memory
    /// only when the agent is told that all is well.
    func acknowledge(_ context: ChannelHandlerContext) {
        if receipts.askedToAcknowledge() { send(.acknowledgement, context) }
    }

    /// A batch of this connection outlasts a crash.
    func kept(_ context: ChannelHandlerContext) {
        for _ in 0..<receipts.noteKept() { send(.acknowledgement, context) }
    }

    func push(_ bundle: SharedBundle, _ context: ChannelHandlerContext) {
        guard pusher.begin(bundle, at: .now()) else { return }
        desk.tally.add(.filesSent)
        pump(context)
    }

    /// Sends the shared file on, as far as the agent takes it.
    private func pump(_ context: ChannelHandlerContext) {
        var isWritten = false
        while context.channel.isActive, context.channel.isWritable, let message = pusher.next() {
            write(message, context)
            isWritten = true
        }
        if isWritten { context.flush() }
    }

    private func write(_ message: ManagerMessage, _ context: ChannelHandlerContext) {
        guard let owner, let packet = desk.seal(message, with: owner.cipher, by: owner.method)
        else {
            desk.tally.add(.unsent)
            return
        }
        context.write(wrapOutboundOut(FrameReader.frame(packet)), promise: nil)
    }
}

/// The way back over a connection, for those on other threads.
final class AgentStreamLink: AgentLink {
    let peer: String
    let isDatagram = false
    private let channel: any Channel
    private let connection: NIOLoopBound<AgentConnection>
    private let context: NIOLoopBound<ChannelHandlerContext>

    init(_ connection: AgentConnection, _ context: ChannelHandlerContext, peer: String) {
        self.peer = peer
        channel = context.channel
        self.connection = NIOLoopBound(connection, eventLoop: context.eventLoop)
        self.context = NIOLoopBound(context, eventLoop: context.eventLoop)
    }

    func send(_ message: ManagerMessage) {
        channel.eventLoop.execute {
            self.connection.value.send(message, self.context.value)
        }
    }

    func acknowledge() {
        channel.eventLoop.execute { self.connection.value.acknowledge(self.context.value) }
    }

    func kept() {
        channel.eventLoop.execute { self.connection.value.kept(self.context.value) }
    }

    func push(_ bundle: SharedBundle) {
        channel.eventLoop.execute {
            self.connection.value.push(bundle, self.context.value)
        }
    }

    func close() {
        channel.close(promise: nil)
    }
}
