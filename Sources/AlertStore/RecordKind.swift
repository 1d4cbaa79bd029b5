// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a record holds, and how its files are named.
///
/// Source: the names are those of Wazuh 4.14, analysis-engine.md §7.1.
package enum RecordKind: String, Sendable, Hashable, CaseIterable {
    /// `alerts.json`.
    case alerts
    /// Everything that was read: `archives.json`.
    case archives

    /// The name of the file that is written to.
    package var currentName: String { rawValue + ".json" }

    /// What the names of dated files begin with.
    var datedPrefix: String { self == .alerts ? "ossec-alerts-" : "ossec-archive-" }
}
