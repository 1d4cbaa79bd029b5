// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which of several managers an agent talks to, and how long it waits after failures.
///
/// A value that decides; the caller waits and talks. Each agent begins anywhere in the
/// list, so that many agents spread evenly.
package struct ManagerChoice: Sendable, Hashable {
    private static let shortest = 500
    private static let longest = 60_000

    private let managers: [ManagerAddress]
    private var index: Int
    /// Failures since the last success.
    package private(set) var failures = 0

    /// Nil without managers; `random` decides where to begin.
    package init?(_ managers: [ManagerAddress], random: UInt64) {
        guard !managers.isEmpty else { return nil }
        self.managers = managers
        index = Int(random % UInt64(managers.count))
    }

    package var current: ManagerAddress { managers[index] }

    package mutating func succeeded() { failures = 0 }

    /// Goes on to the next manager.
    ///
    /// - Returns: Milliseconds to wait: none until each was tried, then from half a second
    ///   on a pause that doubles up to a minute, of which `random` takes up to a half.
    package mutating func failed(random: UInt64) -> Int {
        index = (index + 1) % managers.count
        failures += 1
        let rounds = failures / managers.count
        guard rounds > 0, failures % managers.count == 0 else { return 0 }
        let pause = min(Self.longest, Self.shortest << min(rounds - 1, 20))
        return pause - Int(random % UInt64(pause / 2 + 1))
    }
}
