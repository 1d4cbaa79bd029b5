// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How an output stands.
package struct OutputReport: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Nothing waits, or it is being told.
        case ready
        /// The receiver does not take messages; it is tried again.
        case failing
        /// The queue is full: alerts are left out.
        case full
    }

    package let name: String
    /// What it speaks: `slack`, `mail`, `syslog`.
    package let kind: String
    /// Without secrets.
    package let target: String
    package var state = State.ready
    /// The last failure's words; empty when the last delivery went well.
    package var trouble = ""
    /// Alerts on the disk that are not told yet, and their bytes.
    package var waiting = 0
    package var waitingBytes = 0
    /// Alerts that are counted and will be told as one.
    package var counted = 0
    /// Since the start: messages that were taken, and alerts in them.
    package var messages = 0
    package var alerts = 0
    /// Since the start: tries that failed.
    package var failures = 0
    /// Since the start: alerts left out since the queue was full.
    package var dropped = 0
    /// Since the start: alerts that the receiver refused for good.
    package var refused = 0
    /// When the last message was taken, in milliseconds since the epoch.
    package var lastDelivery: Int64?

    package init(name: String, kind: String, target: String) {
        self.name = name
        self.kind = kind
        self.target = target
    }
}
