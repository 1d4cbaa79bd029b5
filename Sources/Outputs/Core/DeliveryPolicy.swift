// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How alerts of one output become messages.
package struct DeliveryPolicy: Sendable, Hashable {
    /// At most so many messages in so many seconds.
    package struct Rate: Sendable, Hashable {
        package var messages: Int
        package var seconds: Int

        package init(messages: Int, seconds: Int) {
            self.messages = messages
            self.seconds = seconds
        }
    }

    /// How long alerts are collected for a message, in seconds; 0 tells each at once.
    package var collectSeconds = 0
    /// Alerts that a message may carry, from 1.
    package var mergesUpTo = 1
    /// From so many that wait on, they are merged; fewer are told one by one.
    package var mergesFrom = 1
    /// Bytes of alerts that are merged into a message.
    package var mergesBytes = 1 << 20
    /// Repeats of a rule on an agent and container within so many seconds are counted, and
    /// told together at their end; 0 tells each.
    package var repeatSeconds = 0
    package var rate: Rate?
    package var quiet: QuietHours?
    /// How often a message that fails is tried; nil for as long as it takes.
    package var attempts: Int?

    package init() {}
}
