// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Prints from a thread of its own, so that a terminal that stands still stops
/// no analysis.
///
/// What a slow terminal does not take in time is left out and counted: alerts
/// are in alerts.json whatever happens here.
final class ConsolePrinter: Sendable {
    /// Where a text goes.
    enum Channel: Sendable {
        /// Standard output.
        case alerts
        /// Standard error.
        case notes
    }

    private struct Waiting {
        var bytes = 0
        var leftOutLines = 0
    }

    private static let limit = 4 << 20
    private let waiting = Mutex(Waiting())
    private let queue = DispatchQueue(label: "console")

    func print(_ text: String, to channel: Channel) {
        print([UInt8]((text + "\n").utf8), to: channel)
    }

    /// Adds whole lines; never blocks on the terminal.
    func print(_ bytes: [UInt8], to channel: Channel) {
        guard !bytes.isEmpty else { return }
        let hasRoom = waiting.withLock { waiting in
            guard waiting.bytes + bytes.count <= Self.limit else {
                waiting.leftOutLines += bytes.count { $0 == UInt8(ascii: "\n") }
                return false
            }
            waiting.bytes += bytes.count
            return true
        }
        guard hasRoom else { return }
        queue.async { [self] in
            // A reader that went away is no reason to stop watching.
            _ = Terminal.attempt(bytes, to: channel == .alerts ? STDOUT_FILENO : STDERR_FILENO)
            let leftOut = waiting.withLock { waiting in
                waiting.bytes -= bytes.count
                defer { waiting.leftOutLines = 0 }
                return waiting.leftOutLines
            }
            if leftOut > 0 {
                Terminal.note("jaga: \(leftOut) lines not shown here; alerts are in alerts.json")
            }
        }
    }

    /// Waits until everything is printed, a second at most, since the terminal
    /// may stand still.
    func finish() {
        let printed = DispatchSemaphore(value: 0)
        queue.async { printed.signal() }
        _ = printed.wait(timeout: .now() + 1)
    }
}
