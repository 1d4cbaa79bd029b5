// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How far an agent's spool was delivered: in one lane, or, while it catches up after a long
/// time alone, in two.
///
/// ```
/// spool   … delivered │ backlog ───────► │ delivered ahead │ new ──►
///                     backlog.next       main.stream       main.next
/// ```
/// Each lane is a stream of its own for the manager, named by its first sequence, so that
/// both have a mark there. What the main lane has delivered is done only when the backlog
/// before it is.
package struct DeliveryProgress: Sendable, Hashable {
    package struct Lane: Sendable, Hashable {
        /// The first sequence of the lane; 1 for the first lane of all.
        package let stream: UInt64
        /// The first sequence that was not delivered yet.
        package fileprivate(set) var next: UInt64
    }

    /// Everything before a sequence is delivered, of which so many events were not said to
    /// be so before.
    package struct Done: Sendable, Hashable {
        package let before: UInt64
        package let events: Int
    }

    /// What is older than ``main``; nil when there is nothing.
    package private(set) var backlog: Lane?
    package private(set) var main: Lane
    /// Events of the main lane that were delivered before the backlog was.
    package private(set) var ahead = 0

    /// One lane that has delivered everything before a sequence.
    package init(next: UInt64 = 1) {
        main = Lane(stream: 1, next: max(1, next))
    }

    /// Everything before this sequence is delivered.
    package var done: UInt64 { backlog?.next ?? main.next }

    /// Notes a delivery of the main lane; what is done by it, if anything is.
    package mutating func deliveredMain(before end: UInt64, events: Int) -> Done? {
        main.next = max(main.next, end)
        guard backlog != nil else { return Done(before: main.next, events: events) }
        ahead += events
        return nil
    }

    /// Notes a delivery of the backlog.
    package mutating func deliveredBacklog(before end: UInt64, events: Int) -> Done? {
        guard let lane = backlog else { return nil }
        backlog?.next = max(lane.next, min(end, main.stream))
        return Done(before: backlog?.next ?? end, events: events)
    }

    /// Notes that nothing is left of the backlog.
    package mutating func finishedBacklog() -> Done? {
        guard backlog != nil else { return nil }
        backlog = nil
        defer { ahead = 0 }
        return Done(before: main.next, events: ahead)
    }

    /// Makes what the main lane has not delivered the backlog, and begins a new main lane.
    ///
    /// - Returns: false when there is a backlog already, or nothing to make one of.
    package mutating func part(at sequence: UInt64) -> Bool {
        guard backlog == nil, sequence > main.next, sequence > main.stream else { return false }
        backlog = main
        main = Lane(stream: sequence, next: sequence)
        return true
    }

    // MARK: As a text

    /// Five numbers of twenty digits: stream and next of the backlog, zeros without one,
    /// stream and next of the main lane, events ahead.
    package var text: String {
        [backlog?.stream ?? 0, backlog?.next ?? 0, main.stream, main.next, UInt64(ahead)]
            .map(Self.digits).joined(separator: " ") + "\n"
    }

    /// Reads ``text``, or the one number of a version that knew one lane; nil for anything
    /// else.
    package init?(_ text: String) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        let numbers = words.compactMap { UInt64($0) }.map { min($0, UInt64.max >> 2) }
        guard numbers.count == words.count else { return nil }
        if numbers.count == 1 {
            self.init(next: numbers[0])
            return
        }
        self.init()
        guard numbers.count == 5, numbers[2] >= 1, numbers[3] >= numbers[2] else { return nil }
        main = Lane(stream: numbers[2], next: numbers[3])
        ahead = Int(clamping: numbers[4])
        guard numbers[0] > 0 else { return }
        guard numbers[1] >= numbers[0], numbers[1] <= numbers[2] else { return nil }
        backlog = Lane(stream: numbers[0], next: numbers[1])
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 20 - text.utf8.count)) + text
    }
}
