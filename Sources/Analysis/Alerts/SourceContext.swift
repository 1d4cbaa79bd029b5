// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What all events of a source share, made ready for rules and alerts.
final class SourceContext: Sendable {
    /// Kept alive, since contexts are found by its identity.
    let source: EventSource
    /// Number of the agent, for comparing.
    let agent: Int
    /// Of the agent's id; the same in every engine.
    let agentHash: UInt64
    /// ``location``, ``hostname`` and ``containerValues`` one after the other.
    let bytes: [UInt8]
    /// What rules see as the location: of an agent `(name) ip->path`.
    let location: Range<Int>
    /// What rules see as the hostname when the log does not say.
    let hostname: Range<Int>
    /// Whether a hostname in the log does not count: that of an agent's event.
    let overridesHostname: Bool
    /// Values of the container's fields whose names the ruleset knows.
    let containerValues: [(name: FieldName, value: Range<Int>)]
    /// `"agent":{…},` or, for an agentless source, nothing.
    let agentJSON: [UInt8]
    /// `"location":"…"`, with `,"agentless":{…}` for such a source.
    let locationJSON: [UInt8]
    /// The object of `data.container`; empty without a container.
    let containerJSON: [UInt8]
    /// Empty without a container.
    let containerName: [UInt8]

    /// `managerName` is the name of this manager's host.
    init(_ source: EventSource, agent: Int, managerName: String, names: FieldNameIndex) {
        self.source = source
        self.agent = agent
        let identity = source.agent
        agentHash = Self.hash(ofAgent: identity.id)
        var bytes = Self.ruleLocation(source)
        location = 0..<bytes.count
        overridesHostname = !identity.isManager
        if identity.isManager {
            bytes.append(contentsOf: managerName.utf8.prefix { $0 != UInt8(ascii: ".") })
        } else {
            bytes.append(text: identity.name)
        }
        hostname = location.upperBound..<bytes.count
        var values: [(name: FieldName, value: Range<Int>)] = []
        for field in source.container?.fields ?? [] {
            let name = [UInt8](field.name.utf8)
            guard let known = names.name(name.span) else { continue }
            values.append((known, bytes.count..<bytes.count + field.value.count))
            bytes += field.value
        }
        containerValues = values
        self.bytes = bytes
        let agentless = Agentless(source)
        agentJSON = agentless == nil ? Self.agentJSON(identity, managerName) : []
        locationJSON = Self.locationJSON(source, agentless)
        containerJSON = source.container?.json ?? []
        containerName = (source.container?.name).map { Array($0.utf8) } ?? []
    }

    /// What ``agentHash`` is for an agent.
    static func hash(ofAgent id: String) -> UInt64 {
        var hash = ByteHash(seed: 0)
        let bytes = [UInt8](id.utf8)
        hash.combine(bytes.span)
        return hash.value
    }

    private static func ruleLocation(_ source: EventSource) -> [UInt8] {
        guard !source.agent.isManager else { return source.location }
        let address = source.agent.address.isEmpty ? "any" : source.agent.address
        return [UInt8]("(\(source.agent.name)) \(address)->".utf8) + source.location
    }

    private static func agentJSON(_ agent: AgentIdentity, _ managerName: String) -> [UInt8] {
        var output: [UInt8] = []
        output.append(literal: "\"agent\":{\"id\":")
        output.appendJSONString(agent.id)
        let name = agent.isManager ? managerName : agent.name
        if !name.isEmpty {
            output.append(literal: ",\"name\":")
            output.appendJSONString(name)
        }
        if !agent.isManager, !agent.address.isEmpty, agent.address != "any" {
            output.append(literal: ",\"ip\":")
            output.appendJSONString(agent.address)
        }
        if !agent.labels.isEmpty {
            output.append(literal: ",\"labels\":")
            agent.labels.appendJSON(to: &output)
        }
        for (index, group) in agent.groups.enumerated() {
            output.append(literal: index == 0 ? ",\"group\":[" : ",")
            output.appendJSONString(group)
        }
        if !agent.groups.isEmpty { output.append(literal: "]") }
        output.append(literal: "},")
        return output
    }

    private static func locationJSON(_ source: EventSource, _ agentless: Agentless?) -> [UInt8] {
        var output: [UInt8] = []
        output.append(literal: "\"location\":")
        output.appendJSONString(shownLocation(source).span)
        if let agentless { agentless.append(to: &output) }
        return output
    }

    /// The location as alerts have it: without `(name) ip->`.
    private static func shownLocation(_ source: EventSource) -> [UInt8] {
        let location = source.location
        guard source.agent.isManager, location.first == UInt8(ascii: "("),
            let arrow = location.firstIndex(of: UInt8(ascii: ">")), arrow > 0,
            location[arrow - 1] == UInt8(ascii: "-")
        else { return location }
        return Array(location[(arrow + 1)...])
    }
}

/// The three parts of a location `(script) user@host->…`.
///
/// Source: analysis-engine.md §7.2, `agentless`.
private struct Agentless {
    let script: ArraySlice<UInt8>
    let user: ArraySlice<UInt8>
    let host: ArraySlice<UInt8>

    /// Nil when the source is none.
    init?(_ source: EventSource) {
        let location = source.location
        guard source.agent.isManager, location.first == UInt8(ascii: "("),
            let close = location.firstIndex(of: UInt8(ascii: ")")),
            let at = location[close...].firstIndex(of: UInt8(ascii: "@")),
            let arrow = location[at...].firstIndex(of: UInt8(ascii: ">")),
            close + 2 <= at, location[close + 1] == UInt8(ascii: " "),
            arrow > at + 1, location[arrow - 1] == UInt8(ascii: "-")
        else { return nil }
        script = location[1..<close]
        user = location[(close + 2)..<at]
        host = location[(at + 1)..<(arrow - 1)]
    }

    func append(to output: inout [UInt8]) {
        output.append(literal: ",\"agentless\":{\"script\":")
        output.appendJSONString(script.span)
        output.append(literal: ",\"user\":")
        output.appendJSONString(user.span)
        output.append(literal: ",\"host\":")
        output.appendJSONString(host.span)
        output.append(literal: "}")
    }
}
