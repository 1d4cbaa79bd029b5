// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Decodes the reports of agents' modules, and remembers what they last said where
/// only what changed is told.
///
/// Source: analysis-engine.md appendix D; around-the-engine.md §5.13, §11.
struct ModuleDecoder: Sendable {
    /// When more is remembered, everything is forgotten.
    private static let capacity = 100_000
    /// Longer parts of keys are not compared.
    private static let keyLimit = 1024

    /// The last result of a check or policy, and the last ports of a host, by agent.
    private var last: [[UInt8]: [UInt8]] = [:]
    /// How often everything was forgotten.
    private(set) var overflows = 0

    init() {}

    /// What a text of a kind other than a log means; `agent` is the agent's id.
    mutating func decode(
        _ kind: EventKind,
        _ text: Span<UInt8>,
        agent: String,
        at time: Timestamp
    ) -> ModuleOutcome {
        switch kind {
        case .log, .synchronisation, .upgrade: return .silent
        case .fileIntegrity: return FileIntegrityDecoder.decode(text, at: time)
        case .windowsEventChannel: return EventChannelDecoder.decode(text)
        case .inventory: return InventoryDecoder.decode(text)
        case .ciscat: return Self.ciscat(text)
        case .rootcheck: return RootcheckDecoder.decode(text, agent: agent)
        case .hostInformation: return hostInformation(text, agent)
        case .assessment:
            return AssessmentDecoder.decode(text) { key, value in
                replace(Array("\(agent) sca ".utf8) + key, by: value)
            }
        }
    }

    /// Remembers a value; what was there before.
    private mutating func replace(_ key: [UInt8], by value: [UInt8]) -> [UInt8]? {
        if last.count >= Self.capacity {
            last.removeAll()
            overflows &+= 1
        }
        return last.updateValue(
            Array(value.prefix(Self.keyLimit)),
            forKey: Array(key.prefix(Self.keyLimit))
        )
    }

    /// A scan's result as it is; its members are the fields.
    private static func ciscat(_ text: Span<UInt8>) -> ModuleOutcome {
        guard case .object = ModuleJSON(text) else { return .malformed }
        var report = ModuleReport(.ciscat)
        report.hasJSON = true
        return .report(report)
    }

    /// `Host: ADDRESS (NAME), open ports: …`: told when the host is new or its ports
    /// are others than before.
    private mutating func hostInformation(_ text: Span<UInt8>, _ agent: String) -> ModuleOutcome {
        guard let comma = ByteCompare.find(UInt8(ascii: ","), in: text) else {
            return .malformed
        }
        let host = text.bytes(in: 0..<comma)
        let ports = text.bytes(in: comma..<text.count)
        guard let before = replace(Array("\(agent) host ".utf8) + host, by: ports) else {
            return .report(ModuleReport(.hostNew))
        }
        return before == Array(ports.prefix(Self.keyLimit))
            ? .silent : .report(ModuleReport(.hostModified))
    }
}
