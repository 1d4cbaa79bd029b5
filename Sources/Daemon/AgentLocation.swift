// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Locations as Wazuh's queue writes them.
package enum AgentLocation {
    /// The source that a location names: `[ID] (NAME) IP->PATH` is an agent's,
    /// everything else the manager's own.
    ///
    /// Source: analysis-engine.md §3.1.
    package static func source(of location: String, managerName: String) -> EventSource {
        let manager = AgentIdentity(id: "000", name: managerName)
        guard location.hasPrefix("["), let bracket = location.firstIndex(of: "]") else {
            return EventSource(agent: manager, location: location)
        }
        let id = String(location[location.index(after: location.startIndex)..<bracket])
        let rest = location[location.index(after: bracket)...].drop { $0 == " " }
        guard rest.hasPrefix("("), let close = rest.firstIndex(of: ")"),
            let arrow = rest.range(of: "->")
        else {
            let agent = AgentIdentity(id: id, name: "")
            return EventSource(agent: agent, location: String(rest))
        }
        let name = rest[rest.index(after: rest.startIndex)..<close]
        let address = rest[
            rest.index(after: close)..<max(arrow.lowerBound, rest.index(after: close))
        ]
        let agent = AgentIdentity(
            id: id,
            name: String(name),
            address: String(address.drop { $0 == " " })
        )
        return EventSource(agent: agent, location: String(rest[arrow.upperBound...]))
    }
}

extension Substring {
    /// Where a text first occurs.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
