// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The outputs of alerts, for the server.
package struct OutputSource: Sendable {
    /// An output as it stands now.
    package struct Output: Sendable, Hashable {
        package let name: String
        package let kind: String
        /// Where to, without secrets.
        package let target: String
        /// `ready`, `failing` or `full`.
        package let state: String
        /// The last failure; empty when the last message was taken.
        package var trouble = ""
        package var waiting = 0
        package var waitingBytes = 0
        package var counted = 0
        package var messages = 0
        package var alerts = 0
        package var failures = 0
        package var dropped = 0
        package var refused = 0
        /// Milliseconds since the epoch; nil for never since the start.
        package var lastDelivery: Int64?

        package init(name: String, kind: String, target: String, state: String) {
            self.name = name
            self.kind = kind
            self.target = target
            self.state = state
        }
    }

    /// Why a test failed, in words for the caller.
    package struct Refusal: Error, Sendable {
        package let detail: String
        /// There is no such output.
        package let isUnknown: Bool

        package init(_ detail: String, isUnknown: Bool) {
            self.detail = detail
            self.isUnknown = isUnknown
        }
    }

    /// Every output, in the order of the settings; must not block.
    package let list: @Sendable () -> [Output]
    /// Sends a message that says it is a test; throws ``Refusal``.
    package let test: @Sendable (_ name: String) async throws -> Void

    package init(
        list: @escaping @Sendable () -> [Output],
        test: @escaping @Sendable (String) async throws -> Void
    ) {
        self.list = list
        self.test = test
    }
}
