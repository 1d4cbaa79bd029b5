// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Fills with evidence and leaks as time passes; in thousandths of a piece.
struct LeakyBucket: Sendable, Hashable {
    /// Thousandths.
    private(set) var level: Int64 = 0

    /// How much a bucket holds, and how fast it loses it.
    struct Shape: Sendable, Hashable {
        /// Pieces from which on it overflows.
        let capacity: Int
        /// Seconds in which one piece leaks away.
        let secondsPerPiece: Int64
    }

    init(level: Int64 = 0) {
        self.level = max(0, level)
    }

    /// Lets leak what leaks in so many seconds.
    mutating func leak(_ seconds: Int64, _ shape: Shape) {
        guard level > 0, seconds > 0 else { return }
        let (lost, isTooMuch) = seconds.multipliedReportingOverflow(by: 1000)
        level = isTooMuch ? 0 : max(0, level - lost / max(1, shape.secondsPerPiece))
    }

    /// Adds thousandths; whether the bucket overflows now.
    mutating func add(_ thousandths: Int64, _ shape: Shape) -> Bool {
        let full = Int64(shape.capacity) * 1000
        // Not much above the brim, so that it also empties again.
        level = min(level + thousandths, full * 2)
        return level >= full
    }
}
