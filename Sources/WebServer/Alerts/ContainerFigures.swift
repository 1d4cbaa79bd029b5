// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import FoundationEssentials

/// Alerts of containers, counted from a time on.
struct ContainerFigures {
    /// A container with its alerts.
    struct Entry {
        var state: ContainerState
        var count = 0
        /// 0 without alerts.
        var highestLevel = 0
        var latest: IndexedAlert?
    }

    /// Containers that are gone and are listed all the same, at most.
    private static let removedLimit = 200
    /// Containers whose alerts of one level are counted, at most.
    private static let countedLimit = 1_000

    private let index: any AlertIndex
    private let range: TimeRange

    init(_ index: any AlertIndex, from: Int64) {
        self.index = index
        range = TimeRange(from: from, to: .max)
    }

    /// All containers of the engine, then those that are gone.
    func complete(_ states: [ContainerState]) async throws -> [Entry] {
        let counts = try await counts()
        var entries = states.map { Entry(state: $0) }
        let known = Set(states.map(\.id))
        let gone = counts.filter { !known.contains($0.key) }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        for (id, _) in gone.prefix(Self.removedLimit) {
            if let state = try await removed(id) { entries.append(Entry(state: state)) }
        }
        for index in entries.indices { try await fill(&entries[index], counts) }
        return entries
    }

    /// One container.
    func entry(_ state: ContainerState) async throws -> Entry {
        var entry = Entry(state: state)
        try await fill(&entry, try await counts())
        return entry
    }

    /// A container that is gone, as its latest alert tells it, by its id or
    /// name; nil when no alert does.
    func removed(_ idOrName: String) async throws -> ContainerState? {
        let filter = AlertFilter.or([
            .field("data.container.id", .equals(idOrName)),
            .field("data.container.name", .equals(idOrName)),
        ])
        guard let alert = try await latest(filter, .always),
            let id = AlertText.string("data.container.id", in: alert.json[...])
        else { return nil }
        func text(_ key: String) -> String {
            AlertText.string("data.container." + key, in: alert.json[...]) ?? ""
        }
        var state = ContainerState(
            id: id,
            name: text("name"),
            image: text("image"),
            state: "removed"
        )
        state.imageID = text("image_id")
        state.labels = Self.labels(alert.json)
        if let project = AlertText.string("data.container.compose.project", in: alert.json[...]) {
            state.compose = .init(project: project, service: text("compose.service"))
        }
        return state
    }

    /// How many alerts a container has, and how high they are.
    private struct Count {
        var count = 0
        var highestLevel = 0
    }

    /// Counts by container id, in one pass over the index whose cost does not
    /// grow with the containers: the most frequent ids of each level.
    ///
    /// The engine's events about a container name it as their actor.
    private func counts() async throws -> [String: Count] {
        let isEvent = AlertFilter.and([
            .field("data.docker.Type", .equals("container")),
            .not(.field("data.container.id", .exists)),
        ])
        let kinds = [
            (field: "data.container.id", filter: AlertFilter.all),
            (field: "data.docker.Actor.ID", filter: isEvent),
        ]
        let wanted = (1...16).flatMap { level in kinds.map { (level: level, kind: $0) } }
        let figures = try await index.aggregate(
            AlertQuery(range: range),
            wanted.map { wanted in
                AlertAggregation(
                    .top(field: wanted.kind.field, size: Self.countedLimit, prefix: ""),
                    filter: .and([
                        .field("rule.level", .equals(String(wanted.level))), wanted.kind.filter,
                    ])
                )
            }
        )
        var counts: [String: Count] = [:]
        for (wanted, figure) in zip(wanted, figures) {
            guard case .top(let values) = figure else { continue }
            for entry in values.entries {
                counts[entry.value, default: Count()].count += entry.count
                counts[entry.value, default: Count()].highestLevel = wanted.level
            }
        }
        return counts
    }

    private func fill(_ entry: inout Entry, _ counts: [String: Count]) async throws {
        guard let count = counts[entry.state.id] else { return }
        entry.count = count.count
        entry.highestLevel = count.highestLevel
        entry.latest = try await latest(AlertPlace.filter(containerID: entry.state.id), range)
    }

    private func latest(_ filter: AlertFilter, _ range: TimeRange) async throws -> IndexedAlert? {
        let query = AlertQuery(filter: filter, range: range)
        return try await index.search(AlertSearch(query, limit: 1, counts: false)).alerts.first
    }

    private static func labels(_ alert: [UInt8]) -> [String: String] {
        guard case .other(let object) = AlertText.value("data.container.labels", in: alert[...])
        else { return [:] }
        let repaired = Data(String(decoding: object, as: UTF8.self).utf8)
        // Labels that cannot be read are left out; the alert itself shows them.
        return (try? JSONDecoder().decode([String: String].self, from: repaired)) ?? [:]
    }
}

extension JSONText {
    /// The members of a container.
    mutating func set(_ entry: ContainerFigures.Entry) {
        let state = entry.state
        set("id", state.id)
        set("name", state.name)
        set("image", state.image)
        set("image_id", state.imageID)
        set("state", state.state)
        set("status", state.status)
        set("created_ms", state.created)
        array("ports", state.ports) { json, port in
            json.appendObject { json in
                json.set("ip", port.address)
                json.set("public", port.publicPort)
                json.set("private", port.privatePort)
                json.set("type", port.kind)
            }
        }
        object("labels") { json in
            for (name, value) in state.labels.sorted(by: { $0.key < $1.key }) {
                json.set(name, value)
            }
        }
        set(compose: state.compose)
        set("log_driver", state.logDriver)
        object("alerts") { json in
            json.set("count", entry.count)
            json.set("highest_level", entry.highestLevel)
            json.set("latest", entry.latest.map { RawJSON(bytes: $0.json) })
        }
    }

    private mutating func set(compose: ContainerState.Compose?) {
        guard let compose else {
            set("compose", String?.none)
            return
        }
        object("compose") { json in
            json.set("project", compose.project)
            json.set("service", compose.service)
        }
    }
}
