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

    private let index: any AlertIndex
    private let range: TimeRange

    init(_ index: any AlertIndex, from: Int64) {
        self.index = index
        range = TimeRange(from: from, to: .max)
    }

    /// All containers of the engine, then those that are gone.
    func complete(_ states: [ContainerState]) async throws -> [Entry] {
        var entries = states.map { Entry(state: $0) }
        let known = Set(states.map(\.id))
        for id in try await idsWithAlerts() where !known.contains(id) {
            guard entries.count - states.count < Self.removedLimit else { break }
            if let state = try await removed(id) { entries.append(Entry(state: state)) }
        }
        return try await filled(entries)
    }

    /// One container.
    func entry(_ state: ContainerState) async throws -> Entry {
        try await filled([Entry(state: state)]).first ?? Entry(state: state)
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

    private func idsWithAlerts() async throws -> [String] {
        let top = AlertAggregation.Kind.top(
            field: "data.container.id",
            size: 1_000,
            prefix: ""
        )
        let figures = try await index.aggregate(
            AlertQuery(range: range),
            [AlertAggregation(top)]
        )
        guard case .top(let values) = figures.first else { return [] }
        return values.entries.map(\.value)
    }

    /// Counts all in one pass; levels tell both how many and how high.
    private func filled(_ entries: [Entry]) async throws -> [Entry] {
        guard !entries.isEmpty else { return [] }
        let levels = AlertAggregation.Kind.top(field: "rule.level", size: 20, prefix: "")
        let figures = try await index.aggregate(
            AlertQuery(range: range),
            entries.map { entry in
                AlertAggregation(levels, filter: AlertPlace.filter(containerID: entry.state.id))
            }
        )
        var filled = entries
        for (position, figure) in figures.enumerated() {
            guard case .top(let values) = figure, filled.indices.contains(position) else {
                continue
            }
            filled[position].count = values.total
            filled[position].highestLevel = values.entries.compactMap { Int($0.value) }.max() ?? 0
            if values.total > 0 {
                let filter = AlertPlace.filter(containerID: filled[position].state.id)
                filled[position].latest = try await latest(filter, range)
            }
        }
        return filled
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
