// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Acts on containers of this host's engines.
struct DockerPerformer: ActPerformer {
    /// The network into which isolated containers go.
    static let quarantine = "jaga-quarantine"

    let engine: @Sendable (String) throws -> DockerClient
    let protections: @Sendable () -> Protections
    let evidence: EvidenceKeeper

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        guard case .container(let target) = act.target else {
            return .refused("it has no container")
        }
        let client = try engine(target.engine)
        let found: ContainerDetails
        do {
            found = try await client.inspectContainer(target.id)
        } catch let error as DockerError where error.code == .notFound {
            return .refused("the container is gone")
        }
        // As it is now: names and labels of an alert are from before.
        var facts = ContainerFacts(
            id: found.id,
            name: found.name,
            image: found.image,
            labels: found.labels
        )
        if found.labels[Protections.ownLabel] != nil {
            facts.imageLabels = try await imageLabels(found.imageID, client)
        }
        let protections = protections()
        if let objection = protections.objection(to: facts) { return .refused(objection) }
        if !protections.networks.isEmpty {
            let names = try await client.connections(of: found.id).attachments.map(\.networkName)
            if let objection = protections.objection(toNetworks: names) {
                return .refused(objection)
            }
        }
        return try await prepare(act, found, client)
    }

    /// What the author of an image wrote; nothing when the image is gone.
    private func imageLabels(
        _ image: String,
        _ client: DockerClient
    ) async throws -> [String: String] {
        do {
            return try await client.imageLabels(image)
        } catch let error as DockerError where error.code == .notFound {
            return [:]
        }
    }

    private func prepare(
        _ act: PlannedAct,
        _ found: ContainerDetails,
        _ client: DockerClient
    ) async throws -> Preparation {
        var memory = ActMemory()
        let runs = [.running, .paused, .restarting].contains(found.state)
        switch act.kind {
        case .dockerPause:
            if found.state == .paused { return .nothingToDo("it is paused already") }
            return runs ? .ready(memory) : .nothingToDo("it does not run")
        case .dockerStop, .dockerKill:
            guard runs else { return .nothingToDo("it does not run") }
            memory.restartPolicy = try await client.connections(of: found.id).restartPolicy
            return .ready(memory)
        case .dockerDisconnect, .dockerIsolate:
            let connections = try await client.connections(of: found.id)
            if let objection = Self.objection(to: connections) { return .refused(objection) }
            if act.kind == .dockerIsolate, try await client.isQuarantine(Self.quarantine) == false {
                return .refused(Self.foreign)
            }
            memory.networks = Self.places(of: act, connections).filter { $0.networkName != "none" }
                .map(RememberedNetwork.init)
            guard memory.networks.isEmpty else { return .ready(memory) }
            return .nothingToDo(act.network.map { "it is not in \($0)" } ?? "it is in no network")
        default: return .ready(memory)
        }
    }

    /// Why a container cannot be taken out of its networks; nil when it can.
    private static func objection(to connections: ContainerConnections) -> String? {
        if let other = connections.sharedContainer {
            return "it shares the network of container \(other.prefix(12)): act on that one"
        }
        return connections.attachments.contains { $0.networkName == "host" }
            ? "it shares the host's network: pause or stop it instead" : nil
    }

    /// The networks that an act is about.
    private static func places(
        of act: PlannedAct,
        _ connections: ContainerConnections
    ) -> [NetworkAttachment] {
        connections.attachments.filter { place in
            guard let wanted = act.network else { return place.networkName != quarantine }
            return place.networkName == wanted || place.networkID == wanted
        }
    }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        guard case .container(let target) = act.target else { throw Self.missing }
        let client = try engine(target.engine)
        let id = target.id
        switch act.kind {
        case .dockerPause:
            do {
                try await client.perform(.pause, on: id)
            } catch let error as DockerError where error.code == .apiError(status: 409) {
                // Done before a crash, or by somebody else a moment ago.
                guard try await client.inspectContainer(id).state == .paused else { throw error }
            }
            return .done("the container is paused")
        case .dockerStop: return try await end(id, .stop, memory, client)
        case .dockerKill: return try await end(id, .kill, memory, client)
        case .dockerRestart:
            try await client.perform(.restart, on: id)
            return .doneForGood("the container was restarted")
        case .dockerDisconnect:
            try await disconnect(act, id, client)
            guard act.network == nil else {
                return .done("the container is no more in \(Self.names(memory))")
            }
            return .done("the container is in no network; it was in \(Self.names(memory))")
        case .dockerIsolate:
            try await disconnect(act, id, client)
            try await confine(id, client)
            return .done(
                "the container is alone in \(Self.quarantine); it was in \(Self.names(memory))"
            )
        case .dockerSnapshot: return .doneForGood(try await evidence.keep(target, act, client))
        default: throw Self.missing
        }
    }

    private func end(
        _ id: String,
        _ act: DockerClient.ContainerAct,
        _ memory: ActMemory,
        _ client: DockerClient
    ) async throws -> ActOutcome {
        if !["", "no"].contains(memory.restartPolicy) {
            try await client.setRestartPolicy("no", of: id)
        }
        do {
            try await client.perform(act, on: id)
        } catch let error as DockerError where error.code == .apiError(status: 409) {
            guard try await client.inspectContainer(id).state == .exited else { throw error }
        }
        return .done("the container does not run")
    }

    private func disconnect(
        _ act: PlannedAct,
        _ id: String,
        _ client: DockerClient
    ) async throws {
        for place in Self.places(of: act, try await client.connections(of: id)) {
            try await client.disconnect(id, from: place.networkID)
        }
    }

    private func confine(_ id: String, _ client: DockerClient) async throws {
        switch try await client.isQuarantine(Self.quarantine) {
        case nil: try await client.makeQuarantine(Self.quarantine)
        case true?: break
        case false?:
            throw ResponseError(.engine, Self.foreign)
        }
        let places = try await client.connections(of: id).attachments
        guard !places.contains(where: { $0.networkName == Self.quarantine }) else { return }
        try await client.connect(
            id,
            NetworkAttachment(
                networkID: "",
                networkName: Self.quarantine,
                aliases: [],
                address4: "",
                address6: ""
            )
        )
    }

    func undo(_ act: StandingAct) async throws -> String {
        guard case .container(let target) = act.act.target else { throw Self.missing }
        let client = try engine(target.engine)
        do {
            return try await undo(act, target.id, client)
        } catch let error as DockerError where error.code == .notFound {
            return "the container is gone"
        }
    }

    private func undo(
        _ act: StandingAct,
        _ id: String,
        _ client: DockerClient
    ) async throws -> String {
        switch act.act.kind {
        case .dockerPause:
            guard try await client.inspectContainer(id).state == .paused else {
                return "the container was not paused any more"
            }
            try await client.perform(.unpause, on: id)
            return "the container runs again"
        case .dockerStop, .dockerKill:
            let policy = act.memory.restartPolicy
            if !["", "no"].contains(policy) { try await client.setRestartPolicy(policy, of: id) }
            try await client.perform(.start, on: id)
            return "the container runs again"
        case .dockerDisconnect, .dockerIsolate: return try await reconnect(act, id, client)
        default: return "there is nothing to undo"
        }
    }

    private func reconnect(
        _ act: StandingAct,
        _ id: String,
        _ client: DockerClient
    ) async throws -> String {
        let present = try await client.connections(of: id).attachments
        if present.contains(where: { $0.networkName == Self.quarantine }) {
            // Another act's quarantine is not to be left by this one's networks.
            guard act.act.kind == .dockerIsolate else { throw Self.isolated }
            try await client.disconnect(id, from: Self.quarantine)
        }
        var (back, gone): ([String], [String]) = ([], [])
        for network in act.memory.networks {
            // One that was made anew has its old name alone.
            if present.contains(where: { $0.networkName == network.name }) {
                back.append(network.name)
            } else if try await client.hasNetwork(network.id) {
                try await client.connect(id, NetworkAttachment(network))
                back.append(network.name)
            } else if try await client.hasNetwork(network.name) {
                try await client.connect(id, NetworkAttachment(network.named))
                back.append(network.name)
            } else {
                gone.append(network.name)
            }
        }
        let text = back.isEmpty ? "no network" : back.joined(separator: ", ")
        let rest = gone.isEmpty ? "" : "; gone since: \(gone.joined(separator: ", "))"
        return "the container is again in \(text)\(rest)"
    }

    func renew(_ act: StandingAct) async throws {}

    private static func names(_ memory: ActMemory) -> String {
        memory.networks.map(\.name).joined(separator: ", ")
    }

    private static let foreign =
        "the network \(quarantine) has a way out, or is not Jaga's: remove it"
    private static let isolated = ResponseError(
        .engine,
        "the container is isolated: its networks come back when that is undone"
    )
    private static let missing = ResponseError(.engine, "the act has no container")
}

extension RememberedNetwork {
    /// By its name alone.
    fileprivate var named: RememberedNetwork {
        RememberedNetwork(
            id: "",
            name: name,
            aliases: aliases,
            address4: address4,
            address6: address6
        )
    }

    init(_ place: NetworkAttachment) {
        self.init(
            id: place.networkID,
            name: place.networkName,
            aliases: place.aliases,
            address4: place.address4,
            address6: place.address6
        )
    }
}

extension NetworkAttachment {
    init(_ network: RememberedNetwork) {
        self.init(
            networkID: network.id,
            networkName: network.name,
            // The default network knows no names, and refuses them.
            aliases: network.name == "bridge" ? [] : network.aliases,
            address4: network.address4,
            address6: network.address6
        )
    }
}
