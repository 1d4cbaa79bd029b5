// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Events as they stand in a stream.
///
/// Source: HTML Standard §9.2, "Server-sent events".
enum EventText {
    /// A comment: a sign of life that no reader sees.
    static let heartbeat = [UInt8](": still here\n\n".utf8)

    /// An alert, under its id.
    static func alert(_ json: ArraySlice<UInt8>) -> [UInt8] {
        var event: [UInt8] = []
        event.reserveCapacity(json.count + 64)
        event.append(literal: "event: alert\n")
        if let id = AlertText.id(json) { event.append(text: "id: \(id)\n") }
        append(data: json, to: &event)
        return event
    }

    /// An event of a name with JSON.
    static func event(_ name: String, _ json: JSONText) -> [UInt8] {
        var event: [UInt8] = []
        event.append(text: "event: \(name)\n")
        append(data: json.bytes[...], to: &event)
        return event
    }

    /// So many events were left out.
    static func lagged(_ dropped: Int) -> [UInt8] {
        event("lagged", JSONText.object { $0.set("dropped", dropped) })
    }

    /// JSON of ours has no line ends; a byte that is one all the same would end
    /// the event, and is left out.
    private static func append(data: ArraySlice<UInt8>, to event: inout [UInt8]) {
        event.append(literal: "data: ")
        event.append(contentsOf: data.lazy.filter { $0 != 0x0A && $0 != 0x0D })
        event.append(literal: "\n\n")
    }
}
