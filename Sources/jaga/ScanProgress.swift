// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How far a scan is, on one line of standard error when that is a terminal.
struct ScanProgress {
    private let title: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let clock = ContinuousClock()
    private var shown: ContinuousClock.Instant
    private var isDrawn = false

    init(_ title: String) {
        self.title = title
        shown = clock.now
    }

    /// Draws the line anew, five times a second at most.
    mutating func show(_ done: Int64, of total: Int64) {
        let share = total > 0 ? ", \(min(100, done * 100 / total)) %" : ""
        draw("\(done >> 20) MiB\(share)")
    }

    /// As ``show(_:of:)``, with words.
    mutating func show(_ text: String) { draw(text) }

    mutating func clear() {
        if isDrawn { Terminal.clearLine() }
        isDrawn = false
    }

    private mutating func draw(_ text: String) {
        guard isTerminal, shown.duration(to: clock.now) > .milliseconds(200) else { return }
        shown = clock.now
        isDrawn = true
        Terminal.clearLine()
        Terminal.write([UInt8]("\(title): \(text)".utf8), to: STDERR_FILENO)
    }
}
