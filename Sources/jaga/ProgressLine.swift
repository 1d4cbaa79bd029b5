// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Glibc

/// How far a long work is, on one line of standard error when that is a
/// terminal.
final class ProgressLine {
    private let action: String
    private let total: Int?
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var shown: ContinuousClock.Instant

    /// - Parameters:
    ///   - action: As in `indexing`.
    ///   - total: Bytes that there are to do, when that is known.
    init(_ action: String, total: Int? = nil) {
        self.action = action
        self.total = total
        start = clock.now
        shown = start
    }

    /// Seconds since the start, never 0.
    var seconds: Double { max(start.duration(to: clock.now) / .seconds(1), 0.001) }

    /// Draws the line anew, five times a second at most.
    func show(_ progress: AlertIndexer.Progress) {
        guard isTerminal, shown.duration(to: clock.now) > .milliseconds(200) else { return }
        shown = clock.now
        var text = "\(action): \(progress.alerts) alerts, "
        text += "\(Int(Double(progress.alerts) / seconds)) a second"
        if let total, total > 0 { text += ", \(min(100, progress.bytes * 100 / total)) %" }
        Terminal.clearLine()
        Terminal.write([UInt8](text.utf8), to: STDERR_FILENO)
    }

    func clear() {
        if shown != start { Terminal.clearLine() }
    }
}
