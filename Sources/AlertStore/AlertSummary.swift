// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What a person reads of an alert on one line.
///
/// All bytes are as the alert has them, hostile ones among them: they are
/// escaped when rendered. A value that the alert has not is empty.
package struct AlertSummary: Sendable, Equatable {
    /// As in the alert's `timestamp`: `2026-02-01T10:00:00.123+0000`.
    package var timestamp: [UInt8] = []
    /// From 0 to 16; out of range when the line was not Jaga's.
    package var level = 0
    package var ruleID: [UInt8] = []
    package var description: [UInt8] = []
    /// The container's name.
    package var container: [UInt8] = []
    package var sourceAddress: [UInt8] = []
    package var agent: [UInt8] = []

    package init() {}

    /// What an alert of a batch says, without reading its JSON.
    package init(_ entry: AlertBatch.Entry, in batch: borrowing AlertBatch) {
        entry.time.appendISO8601(to: &timestamp)
        level = entry.level
        ruleID.appendDecimal(entry.ruleID)
        description = [UInt8](batch.text[entry.description])
        sourceAddress = [UInt8](batch.text[entry.sourceAddress])
        container = [UInt8]((entry.source.container?.name ?? "").utf8)
        agent = [UInt8](entry.source.agent.name.utf8)
    }
}
