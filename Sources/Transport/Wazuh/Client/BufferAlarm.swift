// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Says when events come faster than they may be sent, in the words that stock rules of a
/// manager know (202 to 205).
///
/// - Compatibility: a stock agent drops events when its buffer is full. Here they wait on the
///   disk; the words mean that `queue_size` events wait.
/// Source: around-the-engine.md §3.2, flood control.
package struct BufferAlarm: Sendable {
    private enum Level: Equatable {
        case normal, warning, full, flooded
    }

    /// How long it is full until it counts as flooded.
    private static let tolerance: Int64 = 15_000_000_000

    private let size: Int
    private var level = Level.normal
    private var fullSince: Int64 = 0

    /// For so many events that may wait.
    package init(size: Int) {
        self.size = max(1, size)
    }

    /// What is to be told now that so many events wait; `uptime` in nanoseconds.
    package mutating func update(waiting: Int, uptime: Int64) -> String? {
        let percent = waiting >= size ? 100 : waiting * 100 / size
        switch level {
        case .normal where percent >= 100, .warning where percent >= 100:
            level = .full
            fullSince = uptime
            return Self.text("full")
        case .normal where percent >= 90:
            level = .warning
            return Self.text("90%")
        case .full where percent >= 100 && uptime - fullSince >= Self.tolerance:
            level = .flooded
            return Self.text("flooded")
        case .warning where percent <= 70, .full where percent <= 70,
            .flooded where percent <= 70:
            level = .normal
            return Self.text("normal")
        default: return nil
        }
    }

    private static func text(_ word: String) -> String { "wazuh: Agent buffer: '\(word)'." }
}
