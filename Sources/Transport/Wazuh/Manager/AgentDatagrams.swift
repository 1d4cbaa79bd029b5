// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import NIOCore

/// All agents that send datagrams.
///
/// Source: around-the-engine.md §5.1, §5.15.
final class AgentDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Agents that are remembered; the rest is looked up anew.
    private static let agentLimit = 4_096

    private struct Sender {
        var link: AgentDatagramLink
        var events: AgentEvents
    }

    private let desk: ManagerDesk
    private var senders: [String: Sender] = [:]
    private var batch = EventBatch()

    init(_ desk: ManagerDesk) {
        self.desk = desk
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let address = envelope.remoteAddress.agentAddress
        let payload = Array(envelope.data.readableBytesView)
        if payload == Ping.question {
            desk.tally.add(.pings)
            let answer = AddressedEnvelope(
                remoteAddress: envelope.remoteAddress,
                data: ByteBuffer(bytes: Ping.answer)
            )
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            return
        }
        guard let incoming = desk.open(payload[...], from: address, owner: nil),
            let identity = desk.directory.identity(of: incoming.id)
        else { return }
        if case .event(let event) = incoming.message {
            take(event, of: incoming, identity, envelope.remoteAddress, context)
        } else {
            answer(incoming, identity, envelope.remoteAddress, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !batch.isEmpty {
            desk.tally.add(.events, batch.entries.count)
            desk.inbox.add(batch)
            batch = EventBatch()
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One datagram could not be sent or read; the socket serves all others.
    }

    private func take(
        _ event: WireEvent,
        of incoming: ManagerDesk.Incoming,
        _ identity: AgentIdentity,
        _ address: SocketAddress,
        _ context: ChannelHandlerContext
    ) {
        if event.isKeepAlive { return }
        guard !desk.inbox.isFull else {
            desk.tally.add(.lostDatagrams)
            return
        }
        var sender = sender(of: incoming, identity, address, context)
        // Taken out while it changes, so that nothing is copied.
        senders[incoming.id] = nil
        sender.events.identity = identity
        if !sender.events.add(event, to: &batch, at: desk.time.now()) {
            desk.tally.add(.moduleMessages)
        }
        senders[incoming.id] = sender
    }

    /// Answers go to where the last control message came from.
    private func answer(
        _ incoming: ManagerDesk.Incoming,
        _ identity: AgentIdentity,
        _ address: SocketAddress,
        _ context: ChannelHandlerContext
    ) {
        var sender = sender(of: incoming, identity, address, context)
        if sender.link.address != address || sender.link.method != incoming.method
            || sender.link.cipher !== incoming.cipher
        {
            sender.link = link(incoming, address, context)
            senders[incoming.id] = sender
        }
        guard desk.directory.attach(sender.link, to: incoming.id) else {
            desk.tally.add(.agentsInUse)
            return
        }
        if desk.handle(incoming, on: sender.link) == .ends {
            desk.directory.detach(sender.link, from: incoming.id)
            senders[incoming.id] = nil
        }
    }

    private func sender(
        of incoming: ManagerDesk.Incoming,
        _ identity: AgentIdentity,
        _ address: SocketAddress,
        _ context: ChannelHandlerContext
    ) -> Sender {
        if let sender = senders[incoming.id] { return sender }
        if senders.count >= Self.agentLimit { senders.removeAll() }
        let sender = Sender(
            link: link(incoming, address, context),
            events: AgentEvents(identity: identity)
        )
        senders[incoming.id] = sender
        return sender
    }

    private func link(
        _ incoming: ManagerDesk.Incoming,
        _ address: SocketAddress,
        _ context: ChannelHandlerContext
    ) -> AgentDatagramLink {
        AgentDatagramLink(
            desk,
            channel: context.channel,
            address: address,
            cipher: incoming.cipher,
            method: incoming.method
        )
    }
}
