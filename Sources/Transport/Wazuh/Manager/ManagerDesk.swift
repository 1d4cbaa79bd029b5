// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a manager does with a packet, whatever way it came.
final class ManagerDesk: Sendable {
    /// Whom the manager talks to.
    struct Policy: Sendable {
        var managerName: String
        var managerVersion: AgentVersion
        var allowsHigherVersions: Bool
        /// Whether numbers of messages must grow.
        var checksCounters: Bool
        let tellsFirstReports: Bool
    }

    /// A packet that was opened.
    struct Incoming {
        let id: String
        let cipher: PacketCipher
        let method: CipherMethod
        let message: AgentMessage
    }

    /// What happened to events and connections.
    enum Outcome: Equatable {
        case goesOn
        /// The agent said good-bye, or is not wanted.
        case ends
    }

    let directory: AgentDirectory
    let inbox: AgentInbox
    let shared: SharedFiles
    let requests = PendingRequests()
    let tally: Tally
    let time: HostTime
    private let policy: Policy
    private let files: ManagerFiles
    private let work: BlockingQueue
    private let sent: SenderCounter

    init(
        _ directory: AgentDirectory,
        _ policy: Policy,
        files: ManagerFiles,
        tally: Tally,
        parts: (inbox: AgentInbox, shared: SharedFiles, work: BlockingQueue, sent: SenderCounter)
    ) {
        self.directory = directory
        self.policy = policy
        self.files = files
        self.tally = tally
        time = directory.time
        inbox = parts.inbox
        shared = parts.shared
        work = parts.work
        sent = parts.sent
    }

    /// Opens a packet; nil when it is not a message of an agent of ours, which is
    /// counted.
    ///
    /// On a connection that is an agent's own, `owner` is that agent.
    func open(_ payload: ArraySlice<UInt8>, from address: String, owner: String?) -> Incoming? {
        guard let packet = Packet(payload) else {
            tally.add(.malformed)
            return nil
        }
        let known: AgentDirectory.Known
        switch directory.identify(id: packet.agentID, address: address) {
        case .known(let found): known = found
        case .unknown:
            tally.add(.unknownAgents)
            return nil
        case .foreign:
            tally.add(.foreignAddresses)
            return nil
        }
        guard owner == nil || owner == known.id else {
            tally.add(.impersonations)
            return nil
        }
        do throws(SealedMessage.Fault) {
            let opened = try SealedMessage.open(
                packet.ciphertext,
                with: known.cipher,
                by: packet.method
            )
            guard accept(opened.counter, from: known.id, isOwn: owner != nil) else { return nil }
            return Incoming(
                id: known.id,
                cipher: known.cipher,
                method: packet.method,
                message: AgentMessage(opened.body)
            )
        } catch {
            switch error {
            case .undecryptable, .digest: tally.add(.undecryptable)
            case .tooLarge: tally.add(.inflateBombs)
            case .malformed: tally.add(.malformed)
            }
            return nil
        }
    }

    /// Does what a message asks for, except to take an event.
    func handle(_ incoming: Incoming, on link: any AgentLink) -> Outcome {
        switch incoming.message {
        case .startup(let version): return start(incoming.id, version, link)
        case .keepAlive(let keepAlive): take(keepAlive, incoming.id, link)
        case .shutdown:
            if let identity = directory.stopped(incoming.id) { tellStopped(identity) }
            return .ends
        case .response(let number, let payload):
            if !requests.answered(number, by: incoming.id, payload) { tally.add(.unknownMessages) }
            if link.isDatagram {
                link.send(.answerReceived(number: number))
            }
        case .requestReceived(let number): requests.received(number, by: incoming.id)
        case .unknown: tally.add(.unknownMessages)
        case .event: break
        }
        return .goesOn
    }

    /// Seals a message to an agent; nil when it is too long.
    func seal(
        _ message: ManagerMessage,
        with cipher: PacketCipher,
        by method: CipherMethod
    ) -> [UInt8]? {
        let (counter, wantsReserve) = sent.next()
        if wantsReserve {
            // What is not written down now is so when the next message goes.
            work.later { try? self.sent.reserve() }
        }
        guard
            let sealed = SealedMessage.seal(
                message.body,
                counter: counter,
                random: .random(in: 0 ... .max),
                with: cipher,
                by: method
            )
        else { return nil }
        return Packet.render(agentID: nil, method: method, ciphertext: sealed)
    }

    private func accept(_ counter: MessageCounter, from id: String, isOwn: Bool) -> Bool {
        let result = directory.count(
            counter,
            from: id,
            isOwn: isOwn,
            checking: policy.checksCounters
        )
        guard result.isAccepted else {
            tally.add(.repeated)
            return false
        }
        if result.isDue {
            let file = CounterFile(path: "\(files.counters)/\(id)")
            // Lost, it is written with one of the next messages.
            work.later { try? file.write(counter) }
        }
        return true
    }

    private func start(_ id: String, _ version: String?, _ link: any AgentLink) -> Outcome {
        if !policy.allowsHigherVersions, let version, let agent = AgentVersion(version),
            agent > policy.managerVersion
        {
            tally.add(.refusedVersions)
            link.send(
                .refusal(reason: "Agent version must be lower or equal to manager version")
            )
            return .ends
        }
        if let identity = directory.started(id, version: version), policy.tellsFirstReports {
            tellConnected(identity)
        }
        link.send(.acknowledgement)
        return .goesOn
    }

    private func take(_ keepAlive: KeepAlive, _ id: String, _ link: any AgentLink) {
        tally.add(.keepAlives)
        let groups = directory.tell(keepAlive, of: id)
        link.acknowledge()
        guard let bundle = shared.bundle(for: groups), bundle.digest != keepAlive.mergedSum else {
            return
        }
        link.push(bundle)
    }

    private func tellStopped(_ agent: AgentIdentity) {
        let address = agent.address.isEmpty ? "any" : agent.address
        tell("ossec: Agent stopped: '\(agent.name)->\(address)'.", at: "wazuh-remoted")
    }

    /// The first report of all has words of its own: what looks alike (`web-1`, `web-2`) does
    /// not count as new for `<if_fts>`.
    private func tellConnected(_ agent: AgentIdentity) {
        let address = agent.address.isEmpty ? "any" : agent.address
        tell("ossec: Agent connected: '\(agent.name)->\(address)'.", at: "wazuh-remoted", of: agent)
    }

    /// Hands over an event of the manager's own, or of an agent.
    ///
    /// Source: around-the-engine.md §5.8.
    func tell(_ text: String, at location: String, of agent: AgentIdentity? = nil) {
        let source = EventSource(
            agent: agent ?? AgentIdentity(id: "000", name: policy.managerName),
            location: location
        )
        var batch = EventBatch()
        batch.append(Array(text.utf8), from: source, at: time.now())
        // One line more than the limit: nobody waits for it.
        inbox.add(batch)
    }
}
