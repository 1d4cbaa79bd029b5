// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// What an engine has, as its events say.
///
/// Compared with what it lists after a gap, it tells what was missed.
struct EngineInventory: Sendable, Equatable, Codable {
    struct Container: Sendable, Equatable, Codable {
        var name: String
        var image: String
        var isRunning: Bool
        /// When it was last started, nanoseconds since the epoch, or a little
        /// later; 0 when it never was.
        var startedAt: Int64
    }

    struct Network: Sendable, Equatable, Codable {
        var name: String
        var driver: String
    }

    /// Things of a kind; what comes beyond is not kept, and not missed.
    static let limit = 20_000

    var containers: [String: Container] = [:]
    /// Tags by the image's id.
    var images: [String: [String]] = [:]
    var networks: [String: Network] = [:]
    /// Drivers by name.
    var volumes: [String: String] = [:]
    /// Whether events told of images since they were listed: an event does not
    /// say enough of them.
    var imagesAreStale = false
    /// Time of the latest event that went in, nanoseconds since the epoch.
    var asOf: Int64 = 0

    /// Takes note of what happened; false when nothing changed by it.
    mutating func apply(_ event: DockerEvent) -> Bool {
        let id = event.actorID
        guard !id.isEmpty else { return false }
        asOf = max(asOf, event.time.nanoseconds)
        switch event.type {
        case "container": return applyContainer(event, id)
        case "network":
            if event.action == "create", networks.count < Self.limit {
                networks[id] = Network(
                    name: event.attributes["name"] ?? "",
                    driver: event.attributes["type"] ?? ""
                )
                return true
            }
            guard event.action == "destroy" || event.action == "remove" else { return false }
            return networks.removeValue(forKey: id) != nil
        case "volume":
            if event.action == "create", volumes.count < Self.limit {
                return volumes.updateValue(event.attributes["driver"] ?? "", forKey: id) == nil
            }
            return event.action == "destroy" && volumes.removeValue(forKey: id) != nil
        case "image":
            imagesAreStale = true
            return true
        default: return false
        }
    }

    private mutating func applyContainer(_ event: DockerEvent, _ id: String) -> Bool {
        let old = containers[id]
        switch event.action {
        case "destroy": return containers.removeValue(forKey: id) != nil
        case "create", "start", "die", "rename", "restart":
            guard old != nil || containers.count < Self.limit else { return false }
            var new =
                old ?? Container(name: "", image: "", isRunning: false, startedAt: 0)
            if let name = event.attributes["name"], !name.isEmpty { new.name = name }
            if let image = event.attributes["image"], !image.isEmpty { new.image = image }
            if event.action == "start" {
                new.isRunning = true
                new.startedAt = max(new.startedAt, event.time.nanoseconds)
            }
            if event.action == "die" { new.isRunning = false }
            containers[id] = new
            return new != old
        default: return false
        }
    }
}

/// Something that happened and of which the engine told nothing.
struct MissedEvent: Sendable, Equatable {
    let type: String
    let action: String
    let id: String
    /// In the order in which they are written.
    let attributes: [Attribute]
    /// When it happened, or a moment after which it had.
    let time: Int64

    struct Attribute: Sendable, Equatable {
        let name: String
        let value: String
    }

    init(_ type: String, _ action: String, id: String, _ attributes: [Attribute], at time: Int64) {
        self.type = type
        self.action = action
        self.id = id
        self.attributes = attributes
        self.time = time
    }
}
