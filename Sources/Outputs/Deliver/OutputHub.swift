// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc
import Synchronization

/// All outputs: what comes from the feed goes into their queues, their workers tell it.
package final class OutputHub: Sendable {
    private struct Line: Sendable {
        let output: Output
        let worker: OutputWorker
    }

    /// What outlasts a change of an output's settings, and its absence: a queue has one owner.
    private struct Kept: Sendable {
        let queue: OutputQueue
        let tally: OutputTally
        /// The last one, which may still be at work.
        var worker: OutputWorker?
    }

    private struct State: Sendable {
        var lines: [Line] = []
        /// By an output's name.
        var kept: [String: Kept] = [:]
        /// The lowest level that any output wants; nothing below is looked into.
        var lowestLevel = 0
        /// Workers that are to begin, each after another.
        var beginning: [(worker: OutputWorker, predecessor: OutputWorker?)] = []
    }

    private let folder: String
    private let surroundings: OutputSurroundings
    private let transport: @Sendable (Output) -> any OutputTransport
    private let state = Mutex(State())
    /// The number of the last line that came.
    private let serial: Mutex<UInt64>
    /// Held while outputs are replaced.
    private let replacing = Mutex(())
    private let bell = Bell()

    /// Opens all queues; `serial` is the feed's number by now, behind which new ones begin.
    ///
    /// - Throws: ``OutputError`` `queue`.
    package convenience init(
        _ outputs: [Output],
        folder: String,
        after serial: UInt64,
        _ surroundings: OutputSurroundings
    ) throws {
        try self.init(outputs, folder: folder, after: serial, surroundings) {
            $0.transport(surroundings)
        }
    }

    /// As the other one, with transports of one's own.
    package init(
        _ outputs: [Output],
        folder: String,
        after serial: UInt64,
        _ surroundings: OutputSurroundings,
        transport: @escaping @Sendable (Output) -> any OutputTransport
    ) throws {
        guard mkdir(folder, 0o750) == 0 || errno == EEXIST else {
            throw QueueFailure.error("make", folder)
        }
        self.folder = folder
        self.surroundings = surroundings
        self.transport = transport
        self.serial = Mutex(serial)
        try replace(outputs, after: serial)
    }

    /// Takes over outputs that were read again; it blocks for the disk.
    ///
    /// One that is as it was goes on. One that has changed goes on with its queue, once the
    /// delivery that is under way has ended. What waits for one that is gone stays on the disk.
    /// New queues begin behind `serial`, and behind what has come.
    ///
    /// - Throws: ``OutputError`` `queue`; all stay as they were.
    package func replace(_ outputs: [Output], after serial: UInt64) throws {
        let begin = self.serial.withLock { last in
            last = max(last, serial)
            return last
        }
        try replacing.withLock { _ in
            let before = state.withLock { $0 }
            var after = before
            after.lines = try outputs.map { output in
                if let old = before.lines.first(where: { $0.output == output }) { return old }
                return try line(output, after: begin, &after)
            }
            let staying = Set(after.lines.map { ObjectIdentifier($0.worker) })
            let retired = before.lines.map(\.worker).filter {
                !staying.contains(ObjectIdentifier($0))
            }
            after.lowestLevel = after.lines.map { $0.output.filter.minimumLevel ?? 0 }.min() ?? 0
            let new = after
            // Workers may have begun meanwhile: what is to begin is added to what is left.
            state.withLock { state in
                let begun = new.beginning.dropFirst(before.beginning.count)
                state = State(
                    lines: new.lines,
                    kept: new.kept,
                    lowestLevel: new.lowestLevel,
                    beginning: state.beginning + begun
                )
            }
            for worker in retired { worker.stop() }
            bell.ring()
        }
    }

    private func line(
        _ output: Output,
        after serial: UInt64,
        _ state: inout State
    ) throws -> Line {
        var kept =
            try state.kept[output.name]
            ?? Kept(
                queue: OutputQueue(
                    folder: folder + "/" + output.folderName,
                    limits: output.limits,
                    beginningAfter: serial
                ),
                tally: OutputTally()
            )
        kept.queue.replace(output.limits)
        let worker = OutputWorker(
            output,
            (kept.queue, kept.tally),
            transport: transport(output),
            surroundings
        )
        state.beginning.append((worker, kept.worker))
        kept.worker = worker
        state.kept[output.name] = kept
        return Line(output: output, worker: worker)
    }

    /// The highest number that any queue has seen: a feed that has lost its own count goes on
    /// behind it.
    package var highestSerial: UInt64 {
        state.withLock { $0.kept.values.map(\.queue.lastSerial).max() } ?? 0
    }

    /// How all stand, in the order of the settings.
    package var reports: [OutputReport] { lines.map(\.worker.report) }

    private var lines: [Line] { state.withLock { $0.lines } }

    /// Works until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let beginning = state.withLock { state in
                    defer { state.beginning = [] }
                    return state.beginning
                }
                for (worker, predecessor) in beginning {
                    group.addTask {
                        await predecessor?.waitForEnd()
                        await worker.run()
                    }
                }
                await bell.wait(nil)
            }
        }
    }

    /// Queues a line of the record where it belongs; it blocks for the disk.
    ///
    /// `serial` is the line's number in the feed: one that was taken before is not taken
    /// again.
    ///
    /// - Throws: ``OutputError`` `queue`; it can be given again.
    package func take(_ line: Span<UInt8>, serial: UInt64) throws {
        self.serial.withLock { $0 = max($0, serial) }
        let (lines, lowestLevel) = state.withLock { ($0.lines, $0.lowestLevel) }
        guard !lines.isEmpty else { return }
        if let level = AlertGlance.level(line), level < lowestLevel { return }
        let bytes = line.withUnsafeBufferPointer { [UInt8]($0) }
        guard let alert = OutputAlert(line: bytes) else { return }
        let arrival = surroundings.now().nanoseconds
        for line in lines where line.output.filter.passes(alert) {
            try line.worker.queue.append(bytes, serial: serial, arrival: arrival)
        }
    }

    /// Makes what was taken survive a loss of power, and has it told.
    ///
    /// - Throws: ``OutputError`` `queue`.
    package func commit() throws {
        // Also those of outputs that are gone since a line was taken.
        for kept in state.withLock({ $0.kept.values }) { try kept.queue.sync() }
        for line in lines { line.worker.bell.ring() }
    }

    /// Sends a message that says it is a trial, past the queue.
    ///
    /// - Throws: ``OutputError``; `unknown` when there is no such output.
    package func test(_ name: String) async throws {
        guard let line = lines.first(where: { $0.output.name == name }) else {
            throw OutputError(.unknown, "there is no output \(name.prefix(64))")
        }
        try await line.output.test(surroundings)
    }
}

/// What can be told of a line without reading it.
enum AlertGlance {
    private static let mark = Array(#""rule":{"level":"#.utf8)
    /// The timestamp stands before it, and has a length of its own.
    private static let searched = 64

    /// The level of an alert; nil when it does not stand where Jaga writes it.
    static func level(_ line: Span<UInt8>) -> Int? {
        var index = 0
        while index < searched, index + mark.count < line.count {
            if (0..<mark.count).allSatisfy({ line[index + $0] == mark[$0] }) {
                return number(line, from: index + mark.count)
            }
            index += 1
        }
        return nil
    }

    private static func number(_ line: Span<UInt8>, from start: Int) -> Int? {
        var (value, index) = (0, start)
        while index < line.count, index < start + 2, (0x30...0x39).contains(line[index]) {
            value = value * 10 + Int(line[index] - 0x30)
            index += 1
        }
        return index > start ? value : nil
    }
}
