// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// All outputs: what comes from the feed goes into their queues, their workers tell it.
package final class OutputHub: Sendable {
    private struct Line: Sendable {
        let output: Output
        let worker: OutputWorker
    }

    private let lines: [Line]
    /// The lowest level that any output wants; nothing below is looked into.
    private let lowestLevel: Int
    private let surroundings: OutputSurroundings

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
        transport: (Output) -> any OutputTransport
    ) throws {
        guard mkdir(folder, 0o750) == 0 || errno == EEXIST else {
            throw QueueFailure.error("make", folder)
        }
        lines = try outputs.map { output in
            let queue = try OutputQueue(
                folder: folder + "/" + output.folderName,
                limits: output.limits,
                beginningAfter: serial
            )
            let worker = OutputWorker(
                output,
                queue: queue,
                transport: transport(output),
                surroundings
            )
            return Line(output: output, worker: worker)
        }
        lowestLevel = outputs.map { $0.filter.minimumLevel ?? 0 }.min() ?? 0
        self.surroundings = surroundings
    }

    /// The highest number that any queue has seen: a feed that has lost its own count goes on
    /// behind it.
    package var highestSerial: UInt64 { lines.map(\.worker.queue.lastSerial).max() ?? 0 }

    /// How all stand, in the order of the settings.
    package var reports: [OutputReport] { lines.map(\.worker.report) }

    /// Works until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for line in lines { group.addTask { await line.worker.run() } }
        }
    }

    /// Queues a line of the record where it belongs; it blocks for the disk.
    ///
    /// `serial` is the line's number in the feed: one that was taken before is not taken
    /// again.
    ///
    /// - Throws: ``OutputError`` `queue`; it can be given again.
    package func take(_ line: Span<UInt8>, serial: UInt64) throws {
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
        for line in lines {
            try line.worker.queue.sync()
            line.worker.bell.ring()
        }
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
