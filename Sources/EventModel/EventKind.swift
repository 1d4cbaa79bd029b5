// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a source's texts are: logs, or reports of one of an agent's modules.
///
/// A report is decoded by code of its own, not by the ruleset's decoders; its
/// fields then meet the rules as a log's do. Source: analysis-engine.md §3.1 and
/// appendix D.
package enum EventKind: Sendable, Hashable, CaseIterable {
    /// Lines of logs and output of commands: queues `1`, `2` and all others.
    case log
    /// `3`: which ports a host has open.
    case hostInformation
    /// `5`: rounds of comparing databases; no alert comes of them.
    case synchronisation
    /// `8`: files and registry entries that changed (FIM).
    case fileIntegrity
    /// `9`
    case rootcheck
    /// `d`: packages, ports and the like that came, changed or went.
    case inventory
    /// `e`
    case ciscat
    /// `f`: an event of Windows, as JSON with the event's XML in it.
    case windowsEventChannel
    /// `p`: results of checks of the configuration (SCA).
    case assessment
    /// `u`: progress of an agent's upgrade; no alert comes of it.
    case upgrade

    /// The kind of what travels in a queue, by the byte before the first colon.
    package init(queue: UInt8) {
        self = Self.allCases.first { $0.queue == queue } ?? .log
    }

    /// The byte of the queue; `1` for logs.
    package var queue: UInt8 {
        switch self {
        case .log: UInt8(ascii: "1")
        case .hostInformation: UInt8(ascii: "3")
        case .synchronisation: UInt8(ascii: "5")
        case .fileIntegrity: UInt8(ascii: "8")
        case .rootcheck: UInt8(ascii: "9")
        case .inventory: UInt8(ascii: "d")
        case .ciscat: UInt8(ascii: "e")
        case .windowsEventChannel: UInt8(ascii: "f")
        case .assessment: UInt8(ascii: "p")
        case .upgrade: UInt8(ascii: "u")
        }
    }

    /// Whether an alert can come of it; the others need not be handed over.
    package var isAnalysed: Bool { self != .synchronisation && self != .upgrade }
}
