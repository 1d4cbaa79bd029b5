// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What the matches of one event cost, and how much they still may.
///
/// A step is about a nanosecond of work on a machine of 2026. Each pattern has an allowance of its own,
/// and all of an event share a greater one. When that is spent, patterns that need
/// little more than one look at each byte go on for a while, so that one bad
/// expression does not blind the others; then nothing matches any more.
///
/// Steps are counted, not timed: the same event has the same answers everywhere.
package struct MatchMeter: Sendable {
    /// What one pattern may cost on one subject, but for its length.
    ///
    /// No scan of os_regex over a line of up to 2,048 bytes is cut that restarts at
    /// every byte.
    package static let patternSteps = 25_500_000
    /// What all patterns may cost for one event.
    package static let eventSteps = 28_000_000
    /// What patterns that are cheap on their subject may cost beyond.
    package static let reservedSteps = 10_000_000

    /// Which limit ended a match.
    package enum Cut: Sendable {
        /// The pattern's own: its expression is to blame.
        case ownLimit
        /// The event's, which others had spent.
        case eventLimit
    }

    private var left = MatchMeter.eventSteps
    private var cut: Cut?

    package init() {}

    /// Begins a new event.
    package mutating func begin() {
        left = Self.eventSteps
        cut = nil
    }

    /// Goes on with what another meter left of the same event.
    package mutating func `continue`(_ other: MatchMeter) {
        left = other.left
        cut = nil
    }

    /// Whether a match was ended by a limit since the last ``takeCut()``; it was then
    /// answered as no match.
    @inline(__always)
    package var hasCut: Bool { cut != nil }

    /// Which limit ended a match, once.
    package mutating func takeCut() -> Cut? {
        defer { cut = nil }
        return cut
    }

    /// How many steps the next match of a subject may take.
    @inline(__always)
    func allowance(subjectCount: Int) -> Int {
        let own = Self.patternSteps + 16 &* subjectCount
        return left >= own ? own : sparseAllowance(subjectCount: subjectCount)
    }

    /// The same when the event has spent most of its steps.
    private func sparseAllowance(subjectCount: Int) -> Int {
        let cheap = Self.cheapSteps(subjectCount: subjectCount)
        guard left > -Self.reservedSteps else { return 0 }
        return max(left, cheap)
    }

    /// What a pattern takes that begins anew at each byte, and fails at once.
    private static func cheapSteps(subjectCount: Int) -> Int { 4_096 &+ 24 &* subjectCount }

    /// Takes what a match cost.
    @inline(__always)
    mutating func charge(_ steps: Int) {
        left &-= steps
    }

    /// Notes that a match ended early, which was allowed so many steps.
    mutating func noteCut(allowance: Int, subjectCount: Int) {
        let isFair = allowance > Self.cheapSteps(subjectCount: subjectCount)
        cut = isFair ? .ownLimit : .eventLimit
    }
}
