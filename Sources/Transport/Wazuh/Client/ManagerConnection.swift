// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import NIOCore

/// The agent's connection to its manager.
///
/// ```
/// startup ─► acknowledged ─► events, and a keep-alive every twenty seconds,
///                            a second after events that nobody acknowledged yet
/// ```
/// Source: around-the-engine.md §5.8.
final class ManagerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let tick = TimeAmount.seconds(1)

    private let session: ClientSession
    private var reader = FrameReader()
    private var receiver = BundleReceiver()
    private var unheard = UnheardAnswers()
    private var isAcknowledged = false
    /// How far was sent before each keep-alive that waits for its answer.
    private var marks: [Int] = []
    private var lastHeard = NIODeadline.now()
    private var lastKeepAlive = NIODeadline.now()
    private var ticking: Scheduled<Void>?
    /// Events of a batch that are still to be written.
    private var batch = EventBatch()
    private var position = 0
    private var pace: EventPace
    private var isPumpScheduled = false
    private var started = NIODeadline.now()
    /// Nothing more is begun: the connection is to be made anew.
    private var isRenewing = false

    init(_ session: ClientSession) {
        self.session = session
        pace = session.pace
    }

    func channelActive(context: ChannelHandlerContext) {
        lastHeard = .now()
        started = .now()
        write(.startup(version: session.version), context)
        context.flush()
        tick(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        ticking?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        session.failed("\(error)")
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        reader.append(&bytes)
        while context.channel.isActive {
            switch reader.next() {
            case .frame(let payload): receive(payload, context)
            case .incomplete: return
            case .oversized:
                session.failed("the manager sent a frame of more than 65536 bytes")
                context.close(promise: nil)
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump(context)
        context.fireChannelWritabilityChanged()
    }

    // MARK: Receiving

    private func receive(_ payload: [UInt8], _ context: ChannelHandlerContext) {
        guard let message = session.open(payload) else { return }
        lastHeard = .now()
        switch message {
        case .acknowledgement: acknowledged(context)
        case .refusal(let reason):
            session.failed("the manager refuses this agent: \(reason)")
            context.close(promise: nil)
        case .activeResponse(let json): session.command(.respond(Array(json)))
        case .fileStart(let digest, let name): receiver.start(digest: digest, name: name)
        case .fileBytes(let bytes): receiver.append(bytes)
        case .fileEnd: if let bundle = receiver.end() { session.take(bundle) }
        case .request(let number, let target, let payload):
            let answer = session.answer(target, payload)
            if session.isOverDatagrams {
                write(.requestReceived(number: number), context)
                unheard.sent(answer, number: number)
            }
            write(.response(number: number, payload: answer[...]), context)
            context.flush()
        case .answerReceived(let number): unheard.heard(number)
        case .reconnect: context.close(promise: nil)
        case .other(let body): session.command(.module(Array(body)))
        }
    }

    private func acknowledged(_ context: ChannelHandlerContext) {
        guard isAcknowledged else {
            isAcknowledged = true
            let address = context.localAddress?.ipAddress ?? "any"
            for event in session.connected(from: address) { write(.event(event), context) }
            let channel = context.channel
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            session.outbox.restart {
                channel.eventLoop.execute { loopBound.value.0.pump(loopBound.value.1) }
            }
            keepAlive(context)
            pump(context)
            return
        }
        session.noteAcknowledgement()
        guard !marks.isEmpty else { return }
        session.outbox.acknowledge(upTo: marks.removeFirst())
        renewIfDone(context)
    }

    // MARK: Sending

    /// Sends events as far as the manager takes them.
    private func pump(_ context: ChannelHandlerContext) {
        guard isAcknowledged, context.channel.isActive else { return }
        var isWritten = false
        while context.channel.isWritable {
            if position >= batch.entries.count {
                guard !isRenewing, let next = session.outbox.next() else { break }
                (batch, position) = (next, 0)
                continue
            }
            let wait = pace.wait(at: NIODeadline.now().uptimeNanoseconds)
            if wait > 0 {
                pump(context, after: wait)
                break
            }
            write(.event(session.event(position, of: batch)), context)
            position += 1
            isWritten = true
        }
        if position >= batch.entries.count { batch.removeAll() }
        if isWritten { context.flush() }
    }

    private func pump(_ context: ChannelHandlerContext, after nanoseconds: UInt64) {
        guard !isPumpScheduled else { return }
        isPumpScheduled = true
        let wait = TimeAmount.nanoseconds(Int64(clamping: nanoseconds))
        context.eventLoop.assumeIsolated().scheduleTask(in: wait) {
            self.isPumpScheduled = false
            self.pump(context)
        }
    }

    /// Every second: keep-alives, and whether the manager is still there.
    private func tick(_ context: ChannelHandlerContext) {
        ticking = context.eventLoop.assumeIsolated().scheduleTask(in: Self.tick) {
            guard context.channel.isActive else { return }
            let now = NIODeadline.now()
            if now - self.lastHeard > .nanoseconds(self.session.silence.nanoseconds) {
                self.session.failed("the manager says nothing")
                context.close(promise: nil)
                return
            }
            if let again = self.session.reconnection,
                now - self.started > .nanoseconds(again.nanoseconds)
            {
                self.isRenewing = true
                self.renewIfDone(context)
                guard context.channel.isActive else { return }
            }
            for (number, payload) in self.unheard.due() {
                self.write(.response(number: number, payload: payload[...]), context)
                context.flush()
            }
            let interval = TimeAmount.nanoseconds(self.session.notifyInterval.nanoseconds)
            let isDue = now - self.lastKeepAlive >= interval
            let isAsked = self.session.outbox.hasUnacknowledged && self.marks.isEmpty
            if self.isAcknowledged, isDue || isAsked { self.keepAlive(context) }
            self.tick(context)
        }
    }

    private func keepAlive(_ context: ChannelHandlerContext) {
        lastKeepAlive = .now()
        // A batch that is not written to its end has not been sent.
        let isWhole = position >= batch.entries.count
        marks.append(session.outbox.mark - (isWhole ? 0 : 1))
        write(.keepAlive(session.keepAlive(from: context.localAddress?.ipAddress)), context)
        context.flush()
    }

    /// Ends the connection that is to be made anew, when nothing would be sent twice for it.
    private func renewIfDone(_ context: ChannelHandlerContext) {
        if isRenewing, !session.outbox.hasUnacknowledged { end(context) }
    }

    /// Says good-bye and closes.
    func end(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        write(.shutdown, context)
        context.flush()
        context.close(promise: nil)
    }

    private func write(_ message: AgentMessage, _ context: ChannelHandlerContext) {
        guard let packet = session.seal(message) else { return }
        context.write(wrapOutboundOut(FrameReader.frame(packet)), promise: nil)
    }
}
