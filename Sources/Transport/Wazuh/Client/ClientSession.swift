// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Synchronization

/// What all connections of an agent share.
final class ClientSession: Sendable {
    let outbox: Outbox
    private let configuration: ClientConfiguration
    private let key: AgentKey
    private let server: ClientConfiguration.Server
    private let cipher: PacketCipher
    private let parts: ClientParts

    init(
        _ configuration: ClientConfiguration,
        _ key: AgentKey,
        _ server: ClientConfiguration.Server,
        _ parts: ClientParts
    ) {
        self.configuration = configuration
        self.key = key
        self.server = server
        self.parts = parts
        outbox = parts.outbox
        cipher = PacketCipher(id: key.id, name: key.name, key: key.key)
    }

    var version: String { configuration.version }
    var isOverDatagrams: Bool { server.way == .datagrams }
    var silence: Duration { configuration.silence }
    var notifyInterval: Duration { configuration.notifyInterval }
    var reconnection: Duration? { configuration.reconnection }
    var pace: EventPace { EventPace(perSecond: configuration.eventsPerSecond) }

    /// Opens a packet; nil for what the manager of this key cannot have sent.
    func open(_ payload: [UInt8]) -> ManagerMessage? {
        guard let packet = Packet(payload[...]), packet.method == configuration.method,
            let opened = try? SealedMessage.open(
                packet.ciphertext,
                with: cipher,
                by: packet.method
            )
        else { return nil }
        return ManagerMessage(opened.body)
    }

    /// Seals a message; nil when it is too long.
    func seal(_ message: AgentMessage) -> [UInt8]? {
        let (counter, wantsReserve) = parts.counter.next()
        if wantsReserve {
            // What is not written down now is so when the next message goes.
            parts.work.later { [counter = parts.counter] in try? counter.reserve() }
        }
        guard
            let sealed = SealedMessage.seal(
                message.body,
                counter: counter,
                random: .random(in: 0 ... .max),
                with: cipher,
                by: configuration.method
            )
        else { return nil }
        return Packet.render(
            agentID: key.address.isOneIPv4 ? nil : key.id,
            method: configuration.method,
            ciphertext: sealed
        )
    }

    /// Notes that the manager took this agent; gives what is to be told it.
    func connected(from address: String) -> [WireEvent] {
        parts.status.withLock { status in
            status.server = server
            status.connections += 1
            status.problem = nil
            guard status.connections == 1 else { return [] }
            let text = "ossec: Agent started: '\(key.name)->\(address)'."
            return [
                WireEvent(
                    queue: WireEvent.log,
                    location: Array("wazuh-agent".utf8),
                    message: Array(text.utf8)[...]
                )
            ]
        }
    }

    func noteAcknowledgement() {
        parts.status.withLock { $0.acknowledgements += 1 }
    }

    func failed(_ problem: String) {
        parts.status.withLock { $0.problem = problem }
    }

    func command(_ command: ManagerCommand) {
        parts.receive(command)
    }

    func answer(_ target: String, _ payload: ArraySlice<UInt8>) -> [UInt8] {
        Array(parts.answer(target, Array(payload)).prefix(60_000))
    }

    func keepAlive(from address: String?) -> KeepAlive {
        let sums = parts.sums.withLock { $0 }
        return KeepAlive(
            uname: configuration.uname,
            configurationSum: sums.configuration,
            labels: configuration.labels,
            mergedSum: sums.merged,
            address: address ?? ""
        )
    }

    /// Puts the files of a bundle in place, elsewhere.
    func take(_ bundle: SharedBundle) {
        let (parts, folder) = (parts, SharedFolder(path: configuration.shared))
        parts.work.later {
            do {
                try folder.unpack(bundle)
                parts.sums.withLock { $0 = (bundle.digest, folder.configurationSum()) }
                parts.receive(.configuration(bundle.files ?? []))
            } catch {
                parts.status.withLock { $0.problem = "\(error)" }
            }
        }
    }

    /// An event of a batch as it travels, cut to what a message may hold.
    func event(_ index: Int, of batch: EventBatch) -> WireEvent {
        let entry = batch.entries[index]
        let location = batch.sources[entry.source].location
        let room = SealedMessage.bodyLimit - 2 * location.count - 3
        let message = batch.bytes[entry.text]
        parts.status.withLock { status in
            status.sentEvents += 1
            if message.count > room { status.cutEvents += 1 }
        }
        return WireEvent(
            queue: batch.sources[entry.source].kind.queue,
            location: location,
            message: message.prefix(max(0, room))
        )
    }
}

/// What outlives a connection.
struct ClientParts: Sendable {
    let outbox: Outbox
    let counter: SenderCounter
    let work: BlockingQueue
    let status: SharedValue<ClientStatus>
    /// MD5 of `merged.mg` and of `agent.conf`.
    let sums: SharedValue<(merged: String, configuration: String)>
    let receive: @Sendable (ManagerCommand) -> Void
    let answer: @Sendable (String, [UInt8]) -> [UInt8]
}

/// A small value that several threads share.
final class SharedValue<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in body(&value) }
    }
}
