// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// What must have happened between what was known of an engine and what it
/// lists.
///
/// A value, without I/O. Only what cannot be otherwise is concluded: of a
/// container that was started several times meanwhile, the last start. What
/// the stream tells anyway, from a thing's first event on, is not concluded.
struct InventoryComparison {
    /// What was missed, in the order in which it happened.
    private(set) var missed: [MissedEvent] = []
    /// What is known from now on, before the stream's further events.
    private(set) var inventory: EngineInventory

    private let findings: EngineSurvey.Findings
    /// What happened up to here was seen, whatever the inventory says.
    private let seenUntil: Int64

    /// Compares; with `isSilent` the list is only taken over.
    init(
        _ inventory: EngineInventory,
        _ findings: EngineSurvey.Findings,
        seenUntil: Int64,
        isSilent: Bool
    ) {
        self.inventory = inventory
        self.findings = findings
        self.seenUntil = inventory.asOf < seenUntil ? seenUntil : .min
        compareContainers()
        compareImages()
        compareNetworks()
        compareVolumes()
        self.inventory.asOf = max(inventory.asOf, findings.began)
        missed.sort { $0.time < $1.time }
        if isSilent { missed = [] }
    }

    // MARK: Containers

    private mutating func compareContainers() {
        guard let listed = findings.listing.containers else { return }
        var gone = inventory.containers
        for container in listed {
            gone[container.id] = nil
            compare(container, with: inventory.containers[container.id])
        }
        for (id, old) in gone { compareGone(id, old) }
        noteUnlisted(Set(listed.map(\.id)))
    }

    private mutating func compare(
        _ now: EngineListing.Container,
        with known: EngineInventory.Container?
    ) {
        let first = first("container", now.id)
        let told = first?.time.nanoseconds ?? .max
        var state = known ?? .unstarted(name: now.name, image: now.image)
        if known == nil, first?.action != "create", (now.createdAt ?? .max) > seenUntil {
            miss("create", now.id, state, at: now.createdAt ?? findings.began)
        }
        let start = now.startedAt ?? 0
        if first?.action == "start" {
            if state.isRunning { missEnd(now, state, at: told - 1) }
            state.isRunning = false
        } else if start > state.startedAt, start < told {
            if state.isRunning { missEnd(now, state, at: start - 1) }
            if start > seenUntil { miss("start", now.id, state, at: start) }
            state.isRunning = true
            state.startedAt = start
        } else if first?.action == "die", !state.isRunning {
            miss("start", now.id, state, at: told - 1)
            state.isRunning = true
        }
        if first == nil {
            if state.isRunning, !now.isRunning {
                missEnd(now, state, at: now.finishedAt ?? findings.began)
            }
            state.isRunning = now.isRunning
            // Each start up to now is either known or concluded by now.
            if now.isRunning { state.startedAt = max(state.startedAt, findings.began) }
        }
        state.name = now.name.isEmpty ? state.name : now.name
        guard known != nil || inventory.containers.count < EngineInventory.limit else { return }
        inventory.containers[now.id] = state
    }

    /// It was there and is not listed.
    private mutating func compareGone(_ id: String, _ old: EngineInventory.Container) {
        guard let first = first("container", id) else {
            if old.isRunning { miss("die", id, old, at: findings.began - 2) }
            miss("destroy", id, old, at: findings.began - 1)
            inventory.containers[id] = nil
            return
        }
        let told = first.time.nanoseconds
        if first.action == "start" || first.action == "destroy", old.isRunning {
            miss("die", id, old, at: told - 1)
            inventory.containers[id]?.isRunning = false
        }
        if first.action == "die", !old.isRunning {
            miss("start", id, old, at: told - 1)
            inventory.containers[id]?.isRunning = true
        }
    }

    /// Neither known nor listed, but the stream tells of their later life.
    private mutating func noteUnlisted(_ listed: Set<String>) {
        for (_, event) in findings.moved where event.type == "container" {
            let id = event.actorID
            guard !listed.contains(id), inventory.containers[id] == nil, event.action != "create"
            else { continue }
            let state = EngineInventory.Container.unstarted(
                name: event.attributes["name"] ?? "",
                image: event.attributes["image"] ?? ""
            )
            let told = event.time.nanoseconds
            guard told > seenUntil else { continue }
            miss("create", id, state, at: told - 2)
            if event.action == "die" { miss("start", id, state, at: told - 1) }
        }
    }

    private mutating func missEnd(
        _ now: EngineListing.Container,
        _ state: EngineInventory.Container,
        at time: Int64
    ) {
        let finished = now.finishedAt ?? 0
        let isThisEnd = finished >= state.startedAt && finished <= time
        let end = isThisEnd ? finished : time
        guard end > seenUntil else { return }
        miss("die", now.id, state, at: end, exitCode: now.isRunning ? nil : now.exitCode)
    }

    private mutating func miss(
        _ action: String,
        _ id: String,
        _ container: EngineInventory.Container,
        at time: Int64,
        exitCode: Int64? = nil
    ) {
        var attributes: [MissedEvent.Attribute] = []
        if let exitCode { attributes.append(.init(name: "exitCode", value: "\(exitCode)")) }
        attributes.append(.init(name: "image", value: container.image))
        let name = container.name.isEmpty ? String(id.prefix(12)) : container.name
        attributes.append(.init(name: "name", value: name))
        missed.append(MissedEvent("container", action, id: id, attributes, at: time))
    }

    // MARK: Images, networks, volumes

    private mutating func compareImages() {
        guard let listed = findings.listing.images else { return }
        let now = Dictionary(listed.map { ($0.id, $0) }) { first, _ in first }
        defer {
            inventory.images = Dictionary(
                now.values.prefix(EngineInventory.limit).map { ($0.id, $0.tags) }
            ) { first, _ in first }
            inventory.imagesAreStale = false
        }
        // Events of images were seen since the list: it cannot be compared.
        guard !inventory.imagesAreStale else { return }
        for (id, image) in now where !isTold("image", [id] + image.tags) {
            let tags = image.tags.filter { inventory.images[id]?.contains($0) != true }
            if inventory.images[id] != nil {
                for tag in tags { miss("image", "tag", id, name: tag) }
            } else if let name = image.tags.first {
                let isPulled = !image.digests.isEmpty
                miss("image", isPulled ? "pull" : "tag", isPulled ? name : id, name: name)
            } else {
                miss("image", "import", id, name: id)
            }
        }
        for (id, tags) in inventory.images where !isTold("image", [id] + tags) {
            if let image = now[id] {
                for tag in tags where !image.tags.contains(tag) {
                    miss("image", "untag", id, name: tag)
                }
            } else {
                miss("image", "delete", id, name: id)
            }
        }
    }

    /// Every engine has them, with new ids after each start.
    private static let ownNetworks: Set<String> = ["bridge", "host", "none"]

    private mutating func compareNetworks() {
        guard let listed = findings.listing.networks else { return }
        let own = listed.filter { !Self.ownNetworks.contains($0.name) }
        let now = Dictionary(own.map { ($0.id, $0) }) { first, _ in first }
        for (id, network) in now where inventory.networks[id] == nil && !isTold("network", [id]) {
            miss("network", "create", id, name: network.name, type: network.driver)
        }
        for (id, network) in inventory.networks where now[id] == nil && !isTold("network", [id]) {
            miss("network", "destroy", id, name: network.name, type: network.driver)
        }
        inventory.networks = Dictionary(
            now.values.prefix(EngineInventory.limit).map {
                ($0.id, EngineInventory.Network(name: $0.name, driver: $0.driver))
            }
        ) { first, _ in first }
    }

    private mutating func compareVolumes() {
        guard let listed = findings.listing.volumes else { return }
        let now = Dictionary(listed.map { ($0.name, $0.driver) }) { first, _ in first }
        for (name, driver) in now where inventory.volumes[name] == nil && !isTold("volume", [name])
        {
            missVolume("create", name, driver)
        }
        for (name, driver) in inventory.volumes where now[name] == nil && !isTold("volume", [name])
        {
            missVolume("destroy", name, driver)
        }
        inventory.volumes = now.count <= EngineInventory.limit ? now : inventory.volumes
    }

    private mutating func miss(
        _ type: String,
        _ action: String,
        _ id: String,
        name: String,
        type kind: String? = nil
    ) {
        var attributes = [MissedEvent.Attribute(name: "name", value: name)]
        if let kind { attributes.append(.init(name: "type", value: kind)) }
        missed.append(MissedEvent(type, action, id: id, attributes, at: findings.began))
    }

    private mutating func missVolume(_ action: String, _ name: String, _ driver: String) {
        let attributes = [MissedEvent.Attribute(name: "driver", value: driver)]
        missed.append(MissedEvent("volume", action, id: name, attributes, at: findings.began))
    }

    private func isTold(_ type: String, _ names: [String]) -> Bool {
        names.contains { first(type, $0) != nil }
    }

    private func first(_ type: String, _ id: String) -> DockerEvent? {
        findings.moved[EngineSurvey.key(type, id)]
    }
}

extension EngineInventory.Container {
    /// As it is after its creation.
    fileprivate static func unstarted(name: String, image: String) -> Self {
        Self(name: name, image: image, isRunning: false, startedAt: 0)
    }
}
