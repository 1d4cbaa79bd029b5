// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The way back to an agent that sends datagrams.
final class AgentDatagramLink: AgentLink {
    /// Messages of a shared file before a pause.
    private static let burst = 30
    private static let pause = TimeAmount.seconds(1)

    let address: SocketAddress
    let cipher: PacketCipher
    let method: CipherMethod
    let isDatagram = true
    private let desk: ManagerDesk
    private let channel: any Channel
    private let pusher = Mutex(BundlePusher())

    init(
        _ desk: ManagerDesk,
        channel: any Channel,
        address: SocketAddress,
        cipher: PacketCipher,
        method: CipherMethod
    ) {
        self.desk = desk
        self.channel = channel
        self.address = address
        self.cipher = cipher
        self.method = method
    }

    var peer: String { address.agentAddress }

    func send(_ message: ManagerMessage) {
        guard let packet = desk.seal(message, with: cipher, by: method), channel.isWritable else {
            desk.tally.add(.unsent)
            return
        }
        let envelope = AddressedEnvelope(
            remoteAddress: address,
            data: ByteBuffer(bytes: packet)
        )
        channel.writeAndFlush(envelope, promise: nil)
    }

    /// At once: datagrams may be lost, so an answer says nothing of events.
    func acknowledge() { send(.acknowledgement) }

    func push(_ bundle: SharedBundle) {
        guard pusher.withLock({ $0.begin(bundle, at: .now()) }) else { return }
        desk.tally.add(.filesSent)
        pump()
    }

    /// Nothing to end: datagrams have no connection.
    func close() {}

    /// Datagrams that come too fast are lost, and no one asks for them again.
    private func pump() {
        for _ in 0..<Self.burst {
            guard let message = pusher.withLock({ $0.next() }) else { return }
            send(message)
        }
        channel.eventLoop.scheduleTask(in: Self.pause) { self.pump() }
    }
}
