// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A registered agent and what was seen of it.
struct AgentRecord: Sendable {
    let key: AgentKey
    let cipher: PacketCipher
    var groups: [String] {
        didSet { identity.groups = groups }
    }
    var state: AgentState
    /// When ``state`` was entered, on the clock of ``HostTime/uptime``.
    var stateSince: Int64
    /// On the same clock; nil until the first.
    var lastHeard: Int64?
    var lastKeepAlive: Timestamp?
    var keepAlive: KeepAlive?
    var version: String?
    var link: (any AgentLink)?
    /// When the connection was lost without a word.
    var lostSince: Int64?
    var counter: MessageCounter?
    /// How many messages were counted since the counter was written.
    var unwritten = 0
    /// Whether its silence was told.
    var isSilenceTold = false
    /// When the seconds of its registration began; 0 for long ago.
    var registered: Int64
    /// What its events name; made anew when its address changes.
    var identity: AgentIdentity

    init(_ key: AgentKey, groups: [String], wasSeen: Bool, registered: Int64, at uptime: Int64) {
        self.key = key
        self.groups = groups
        self.registered = registered
        cipher = PacketCipher(id: key.id, name: key.name, key: key.key)
        state = wasSeen ? .disconnected : .neverConnected
        stateSince = uptime
        // Of an agent that is away since before we started nothing new is told.
        isSilenceTold = true
        identity = AgentIdentity(
            id: key.id,
            name: key.name,
            address: key.address.isAny ? "" : key.address.text
        )
        identity.groups = groups
    }

    mutating func enter(_ state: AgentState, at uptime: Int64) {
        guard self.state != state else { return }
        self.state = state
        stateSince = uptime
    }

    /// Takes what the agent tells of itself.
    ///
    /// Its own address is believed only as far as its registration goes.
    mutating func tell(_ keepAlive: KeepAlive, at time: Timestamp) {
        self.keepAlive = keepAlive
        lastKeepAlive = time
        let told = UnameLine(keepAlive.uname).agentVersion
        if !told.isEmpty { version = told.hasPrefix("Wazuh ") ? String(told.dropFirst(6)) : told }
        let address = keepAlive.address
        var named = AgentIdentity(
            id: key.id,
            name: key.name,
            address: RegisteredAddress.bytes(of: address) != nil && key.address.contains(address)
                ? address : identity.address
        )
        named.groups = groups
        named.labels = AgentLabels(
            keepAlive.labels.filter { !$0.isHidden }.map { .init(key: $0.key, value: $0.value) }
        )
        // One that says the same keeps its sources.
        if named != identity { identity = named }
    }

    var status: AgentStatus {
        AgentStatus(
            id: key.id,
            name: key.name,
            registeredAddress: key.address.text,
            state: state,
            groups: groups,
            keepAlive: keepAlive,
            version: version,
            lastKeepAlive: lastKeepAlive,
            peer: link?.peer ?? ""
        )
    }
}
