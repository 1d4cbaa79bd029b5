// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A command with its run, if one is under way.
///
/// Not `Sendable`: it belongs to the thread that runs commands.
struct CommandJob {
    let command: CommandSource
    private(set) var state = SourceStatus.State.starting
    private(set) var counts = FramingCounts()
    /// Whether the last work changed state or counts.
    private(set) var isChanged = false

    private let source: EventSource
    private let environment: [String: String]
    private var run: CommandRun?
    private var nextStart = MonotonicTime.now

    init(_ command: CommandSource, agent: AgentIdentity, environment: [String: String]) {
        self.command = command
        self.environment = environment
        source = EventSource(agent: agent, location: command.alias)
    }

    /// To be read while it runs; nil when nothing can come from it.
    var descriptor: Int32? {
        guard let run, !run.isOutputClosed else { return nil }
        return run.descriptor
    }

    /// When it must be looked at, whether output came or not.
    var nextLook: MonotonicTime {
        guard let run else { return nextStart }
        // That it has ended is no event of its output.
        return min(run.deadline, MonotonicTime.now.advanced(by: .milliseconds(50)))
    }

    /// Starts it when it is time, and takes what it wrote.
    mutating func work(at time: Timestamp) -> EventBatch {
        isChanged = false
        if run == nil, MonotonicTime.now >= nextStart { start() }
        guard let run else { return EventBatch() }
        var sink = EventSink(batch: EventBatch(), source: source, time: time, counts: counts)
        sink.options = command.options
        switch run.read(into: &sink) {
        case .running: break
        case .ended(let ending): end(Self.state(after: ending))
        case .cut:
            let words = "ended after \(command.timeLimitSeconds) s, as it was still running"
            end(.waiting(reason: words, retrySeconds: nil))
        }
        isChanged = isChanged || counts != sink.counts
        counts = sink.counts
        return sink.batch
    }

    private mutating func start() {
        // From start to start, and never two at once.
        nextStart = MonotonicTime.now.advanced(by: .seconds(command.frequencySeconds))
        do {
            run = try CommandRun(command, environment: environment)
            if state == .starting { change(to: .connected("")) }
        } catch {
            let reason = (error as? CollectorError)?.message ?? "cannot be started"
            change(
                to: .waiting(reason: reason, retrySeconds: Double(command.frequencySeconds))
            )
        }
    }

    private mutating func end(_ state: SourceStatus.State) {
        run = nil
        change(to: state)
    }

    private mutating func change(to state: SourceStatus.State) {
        isChanged = isChanged || state != self.state
        self.state = state
    }

    private static func state(after ending: ChildProcess.Ending?) -> SourceStatus.State {
        switch ending {
        case .status(127): .waiting(reason: "the shell does not find it", retrySeconds: nil)
        case .status(126): .waiting(reason: "the shell may not run it", retrySeconds: nil)
        case .status(0), nil: .connected("")
        case .status(let number): .connected("the last run ended with status \(number)")
        case .signal(let number): .connected("the last run was ended by signal \(number)")
        }
    }
}
