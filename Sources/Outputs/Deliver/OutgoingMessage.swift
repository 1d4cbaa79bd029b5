// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What one delivery tells.
package struct OutgoingMessage: Sendable {
    package enum Content: Sendable {
        /// One alert, or several as one message, oldest first.
        case alerts([OutputAlert])
        /// Repeats that were counted.
        case repeats(HeldRepeats)
        /// A trial, that says so.
        case trial(OutputAlert)
    }

    package let content: Content
    /// The same for each try of a message, and no other message's: letters, digits, `-`.
    package let key: String

    package init(_ content: Content, key: String) {
        self.content = content
        self.key = key
    }

    /// The alerts that are told; none for repeats.
    package var alerts: [OutputAlert] {
        switch content {
        case .alerts(let alerts): alerts
        case .trial(let alert): [alert]
        case .repeats: []
        }
    }

    /// The highest level of what is told.
    package var level: Int {
        if case .repeats(let repeats) = content { return repeats.level }
        return alerts.map(\.level).max() ?? 0
    }
}

/// What a receiver said to a message that it took.
package struct DeliveryReceipt: Sendable, Hashable {
    /// Alerts of it that the receiver refused, for good.
    package var refused = 0
    /// Why; empty for nothing.
    package var detail = ""

    package init() {}
}

/// How messages of one output leave.
package protocol OutputTransport: Sendable {
    /// Delivers a message, once; the caller decides on trying again.
    ///
    /// - Throws: ``OutputError``.
    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt

    /// Where to, without secrets: `https://hooks.slack.com`.
    var target: String { get }

    /// Lets go of connections.
    func shutdown() async
}
