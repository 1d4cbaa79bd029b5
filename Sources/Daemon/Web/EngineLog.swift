// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import WebServer

/// A container's log for someone who looks at it, by the engine's log API:
/// whatever the driver, as long as the engine can read it back.
struct EngineLog: Sendable {
    /// How far back a question without a beginning looks, one after the other,
    /// until there are lines enough.
    private static let windows: [Int64] = [60, 3_600, 86_400, 30 * 86_400]
    /// Lines that wait for a slow viewer.
    private static let waitingLines = 2_000

    let client: DockerClient
    /// Id or name.
    let container: String

    /// The last lines of those asked for, oldest first.
    ///
    /// - Throws: `DockerError`.
    func lines(_ query: ContainerLogQuery) async throws -> [ContainerLogLine] {
        let details = try await client.inspectContainer(container)
        guard let until = query.until else {
            return try await read(details, since: query.since, query)
        }
        // The engine counts `tail` from the log's end, not from `until`, so all
        // that lies before has to be read: as little of it as will do.
        if let since = query.since { return try await read(details, since: since, query) }
        var lines: [ContainerLogLine] = []
        for seconds in Self.windows {
            lines = try await read(details, since: until - seconds * 1000, query)
            if lines.count >= query.tail { break }
        }
        return lines
    }

    private func read(
        _ details: ContainerDetails,
        since: Int64?,
        _ query: ContainerLogQuery
    ) async throws -> [ContainerLogLine] {
        var request = request(details, .stop)
        request.since = since.map(EngineTime.init(milliseconds:))
        request.until = query.until.map(EngineTime.init(milliseconds:))
        if query.until == nil { request.lastLines = UInt(max(query.tail, 0)) }
        var assembler = LogLineAssembler(details.isTTY ? .raw : .multiplexed)
        var last = LastLines(limit: query.tail)
        for try await frames in try await client.logs(request) {
            for frame in frames { assembler.take(frame) { last.append($0) } }
        }
        assembler.finish { last.append($0) }
        return last.lines.filter { line in
            line.time >= since ?? .min && line.time < query.until ?? .max
        }
    }

    /// The last lines and those to come.
    ///
    /// A viewer that is too slow misses lines; one in their place says how many.
    ///
    /// - Throws: `DockerError`; from the stream what `failure` makes of one.
    func follow(
        tail: Int,
        failure: @escaping @Sendable (any Error) -> any Error
    ) async throws -> AsyncThrowingStream<ContainerLogLine, any Error> {
        let details = try await client.inspectContainer(container)
        var request = request(details, .follow)
        request.lastLines = UInt(max(tail, 0))
        let logs = try await client.logs(request)
        let framing = request.framing
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(Self.waitingLines)) { sink in
            let reader = Task {
                var assembler = LogLineAssembler(framing)
                var viewer = SlowViewer(sink)
                do {
                    for try await frames in logs {
                        for frame in frames { assembler.take(frame) { viewer.show($0) } }
                    }
                    assembler.finish { viewer.show($0) }
                    sink.finish()
                } catch {
                    sink.finish(throwing: failure(error))
                }
            }
            sink.onTermination = { _ in reader.cancel() }
        }
    }

    private func request(
        _ details: ContainerDetails,
        _ end: ContainerLogRequest.End
    ) -> ContainerLogRequest {
        ContainerLogRequest(
            container: details.id,
            framing: details.isTTY ? .raw : .multiplexed,
            end: end,
            since: nil,
            lastLines: nil,
            hasTimestamps: true
        )
    }
}

/// The last lines of many.
private struct LastLines {
    private let limit: Int
    private var kept: [ContainerLogLine] = []

    init(limit: Int) {
        self.limit = max(limit, 0)
    }

    var lines: ArraySlice<ContainerLogLine> { kept.suffix(limit) }

    mutating func append(_ line: ContainerLogLine) {
        kept.append(line)
        // Seldom, so that a line costs its own memory only.
        if kept.count > limit * 2 + 1_000 { kept.removeFirst(kept.count - limit) }
    }
}

/// Passes lines on, and says in their place how many a viewer missed.
private struct SlowViewer {
    private let sink: AsyncThrowingStream<ContainerLogLine, any Error>.Continuation
    private var missed = 0

    init(_ sink: AsyncThrowingStream<ContainerLogLine, any Error>.Continuation) {
        self.sink = sink
    }

    mutating func show(_ line: ContainerLogLine) {
        if missed > 0 {
            let text = "[jaga: \(missed) lines left out here, they came too fast to be shown]"
            let note = ContainerLogLine(
                time: line.time,
                stream: .stderr,
                text: [UInt8](text.utf8)
            )
            guard isTaken(note) else {
                missed += 1
                return
            }
            missed = 0
        }
        if !isTaken(line) { missed += 1 }
    }

    private func isTaken(_ line: ContainerLogLine) -> Bool {
        if case .dropped = sink.yield(line) { return false }
        return true
    }
}

extension EngineTime {
    fileprivate init(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(nanoseconds: overflow ? (milliseconds < 0 ? .min : .max) : product)
    }
}
