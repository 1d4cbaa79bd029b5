// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Decides whether an agent is enrolled; pure.
package struct EnrolmentDesk: Sendable {
    /// What is known of an agent that stands in the way of a new one.
    package struct Occupant: Sendable {
        package var state: AgentState
        /// Since when it is disconnected.
        package var disconnectedFor: Duration
        package var registeredFor: Duration

        package init(state: AgentState, disconnectedFor: Duration, registeredFor: Duration) {
            self.state = state
            self.disconnectedFor = disconnectedFor
            self.registeredFor = registeredFor
        }
    }

    /// A new agent.
    package struct Admission: Sendable, Hashable {
        package let agent: AgentKey
        /// As asked for; empty when nothing was.
        package let groups: [String]
        /// Ids of agents that it replaces.
        package let replaced: [String]
    }

    package let policy: EnrolmentPolicy

    package init(_ policy: EnrolmentPolicy) {
        self.policy = policy
    }

    /// Decides; `key` is the one that the agent gets.
    ///
    /// - Throws: ``EnrolmentRefusal``.
    package func admit(
        _ request: EnrolmentRequest,
        from source: String,
        key: String,
        into keys: ClientKeys,
        hasGroup: (String) -> Bool,
        occupant: (AgentKey) -> Occupant
    ) throws(EnrolmentRefusal) -> Admission {
        guard AgentName.isValid(request.name), request.name != policy.managerName else {
            throw EnrolmentRefusal("Invalid agent name: \(request.name)")
        }
        try check(version: request.version)
        let groups =
            try request.groups.map { list throws(EnrolmentRefusal) in
                try GroupNames.read(list, exists: hasGroup)
            } ?? []
        let address = try address(request, source)
        var replaced: [String] = []
        if !address.isAny, let other = keys.first(where: { $0.address.text == address.text }) {
            guard mayReplace(other, request.keyHash, occupant(other)) else {
                throw EnrolmentRefusal("Duplicate IP: \(address.text)")
            }
            replaced.append(other.id)
        }
        if let other = keys.first(where: { $0.name == request.name }),
            !replaced.contains(other.id)
        {
            guard mayReplace(other, request.keyHash, occupant(other)) else {
                throw EnrolmentRefusal("Duplicate agent name: \(request.name)")
            }
            replaced.append(other.id)
        }
        guard let id = keys.nextID else {
            throw EnrolmentRefusal("Internal manager error adding agent: \(request.name)")
        }
        return Admission(
            agent: AgentKey(id: id, name: request.name, address: address, key: key),
            groups: groups,
            replaced: replaced
        )
    }

    private func check(version: String?) throws(EnrolmentRefusal) {
        guard let version, !policy.allowsHigherVersions else { return }
        // A version that is none cannot be higher.
        guard let agent = AgentVersion(version), agent > policy.managerVersion else { return }
        throw EnrolmentRefusal("Agent version must be lower or equal to manager version")
    }

    private func address(
        _ request: EnrolmentRequest,
        _ source: String
    ) throws(EnrolmentRefusal) -> RegisteredAddress {
        let text = request.address ?? (policy.usesSourceAddress ? "src" : "any")
        guard let address = RegisteredAddress(text == "src" ? source : text) else {
            throw EnrolmentRefusal("Invalid IP: \(text)")
        }
        return address
    }

    /// Source: around-the-engine.md §4.4.
    private func mayReplace(_ agent: AgentKey, _ hash: String?, _ occupant: Occupant) -> Bool {
        let rule = policy.replacement
        guard rule.isEnabled, occupant.registeredFor >= rule.registeredFor else { return false }
        if let needed = rule.disconnectedFor {
            switch occupant.state {
            case .neverConnected: break
            case .disconnected where occupant.disconnectedFor >= needed: break
            case .disconnected, .pending, .active: return false
            }
        }
        guard rule.needsKeyMismatch, let hash else { return true }
        return !ConstantTime.equal(hash.utf8, agent.hash.utf8)
    }
}
