// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// One run of a command, from its start to its end.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class CommandRun {
    /// How far it is.
    enum State: Equatable {
        case running
        /// All of its output was read.
        case ended(ChildProcess.Ending?)
        /// It ran for too long.
        case cut
    }

    let startedAt: MonotonicTime
    var descriptor: Int32 { child.output }
    private(set) var isOutputClosed = false
    private let child: ChildProcess
    private let source: CommandSource
    private var buffer: LineBuffer
    private var whole: [UInt8] = []
    private var isTruncated = false

    private static let chunk = 64 << 10

    init(_ source: CommandSource, environment: [String: String]) throws {
        self.source = source
        startedAt = MonotonicTime.now
        buffer = LineBuffer(offset: 0, limit: source.options.lineLimit)
        child = try ChildProcess(
            ["sh", "-c", source.command],
            environment: environment,
            errorOutput: .none
        )
    }

    /// When it is ended whatever it does.
    var deadline: MonotonicTime { startedAt.advanced(by: .seconds(source.timeLimitSeconds)) }

    /// Takes the output that is there, and adds the events that it completes.
    func read(into sink: inout EventSink) -> State {
        while !isOutputClosed {
            let count = buffer.fill(upTo: Self.chunk) {
                Glibc.read(child.output, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { break }
            if count <= 0 { isOutputClosed = true }
            takeLines(into: &sink)
            // Others get their turn.
            if count == Self.chunk { break }
        }
        if isOutputClosed, child.hasExited { return .ended(finish(into: &sink)) }
        // What it left behind may hold the output open for ever.
        if child.hasExited, !isReadable { return .ended(finish(into: &sink)) }
        if MonotonicTime.now >= deadline {
            isTruncated = true
            _ = finish(into: &sink)
            return .cut
        }
        return .running
    }

    private var isReadable: Bool {
        var polled = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }

    private func takeLines(into sink: inout EventSink) {
        while let line = buffer.nextLine() { take(line, into: &sink) }
    }

    private func take(_ line: Line, into sink: inout EventSink) {
        let bytes = buffer.bytes
        let text = bytes.span.extracting(line.text)
        let kept = text.extracting(0..<text.lengthWithoutLineEnd)
        guard !kept.isEmpty else { return }
        switch source.format {
        case .lines:
            var event = source.prefix
            event.append(UInt8(ascii: " "))
            event.append(span: kept)
            sink.add(event.span, isTruncated: line.isTruncated)
        case .whole:
            let room = max(0, source.options.lineLimit - whole.count)
            isTruncated = isTruncated || line.isTruncated || kept.count + 1 > room
            guard room > 0 else { return }
            whole.append(UInt8(ascii: "\n"))
            whole.append(span: kept.extracting(0..<min(kept.count, room - 1)))
        }
    }

    private func finish(into sink: inout EventSink) -> ChildProcess.Ending? {
        if let line = buffer.takeRemainder() { take(line, into: &sink) }
        if !whole.isEmpty {
            let event = source.prefix + whole
            sink.add(event.span, isTruncated: isTruncated)
            whole = []
        }
        return child.end()
    }
}
