// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel

/// Where an alert's event came from: its container, or else its location.
struct AlertPlace {
    let containerID: String?
    let containerName: String?
    let location: String

    init(_ json: [UInt8]) {
        containerID =
            AlertText.string("data.container.id", in: json[...])
            ?? AlertPlace.actorID(json)
        containerName =
            AlertText.string("data.container.name", in: json[...])
            ?? AlertText.string("data.docker.Actor.Attributes.name", in: json[...])
        location = AlertText.string("location", in: json[...]) ?? ""
    }

    /// Alerts of the same place.
    var filter: AlertFilter {
        if let containerID { return Self.filter(containerID: containerID) }
        if let containerName {
            return .or([
                .field("data.container.name", .equals(containerName)),
                .field("data.docker.Actor.Attributes.name", .equals(containerName)),
            ])
        }
        return .field("location", .equals(location))
    }

    /// Alerts of a container: of its log, and of the engine's events about it.
    static func filter(containerID: String) -> AlertFilter {
        .or([
            .field("data.container.id", .equals(containerID)),
            .field("data.docker.Actor.ID", .equals(containerID)),
        ])
    }

    /// An alert's time in milliseconds since the epoch.
    static func time(_ json: [UInt8]) -> Int64? {
        guard let text = AlertText.string("timestamp", in: json[...]) else { return nil }
        // A time that cannot be read is none.
        return try? AlertTime.parse(text, now: Timestamp(nanoseconds: 0))
    }

    /// The container of an engine's event; other events have other actors.
    private static func actorID(_ json: [UInt8]) -> String? {
        guard AlertText.string("data.docker.Type", in: json[...]) == "container" else { return nil }
        return AlertText.string("data.docker.Actor.ID", in: json[...])
    }
}
