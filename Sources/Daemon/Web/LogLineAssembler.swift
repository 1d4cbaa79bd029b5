// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import WebServer

/// Makes lines of a log that the engine sends with its time before each.
///
/// A line over 16 KiB comes in several frames, each with a time; they are
/// joined. A line is cut at 256 KiB. A value, without I/O.
struct LogLineAssembler {
    private static let limit = 256 << 10

    private let framing: ContainerLogRequest.Framing
    private var begun: [LogFrame.Output: (time: Int64, text: [UInt8])] = [:]
    /// The time of the line before, for one that has none.
    private var time: Int64 = 0

    init(_ framing: ContainerLogRequest.Framing) {
        self.framing = framing
    }

    /// Takes a frame and tells each line that it ends.
    mutating func take(_ frame: LogFrame, _ tell: (ContainerLogLine) -> Void) {
        var rest = frame.bytes[...]
        var isFirst = true
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let piece = rest[..<(end ?? rest.endIndex)]
            append(piece, of: frame.output, beginsFrame: isFirst)
            guard let end else { return }
            flush(frame.output, tell)
            rest = rest[(end + 1)...]
            isFirst = false
        }
    }

    /// The log has ended: what waits for its line end is told.
    mutating func finish(_ tell: (ContainerLogLine) -> Void) {
        for output in begun.keys.sorted(by: { $0.rawValue < $1.rawValue }) { flush(output, tell) }
    }

    private mutating func append(
        _ piece: ArraySlice<UInt8>,
        of output: LogFrame.Output,
        beginsFrame: Bool
    ) {
        var line = begun.removeValue(forKey: output)
        var piece = piece
        // In a raw stream a time stands only where a line begins.
        let mayHaveTime = line == nil || (beginsFrame && framing == .multiplexed)
        if mayHaveTime, let (stamp, text) = Self.splitTime(piece) {
            time = stamp
            piece = text
        }
        if line == nil { line = (time, []) }
        let room = max(0, Self.limit - (line?.text.count ?? 0))
        line?.text.append(contentsOf: piece.prefix(room))
        begun[output] = line
    }

    private mutating func flush(_ output: LogFrame.Output, _ tell: (ContainerLogLine) -> Void) {
        guard var line = begun.removeValue(forKey: output) else { return }
        if line.text.last == UInt8(ascii: "\r") { line.text.removeLast() }
        tell(
            ContainerLogLine(
                time: line.time,
                stream: output == .standardOutput ? .stdout : .stderr,
                text: line.text
            )
        )
    }

    /// The time before a line in milliseconds, and what follows it.
    private static func splitTime(
        _ line: ArraySlice<UInt8>
    ) -> (milliseconds: Int64, text: ArraySlice<UInt8>)? {
        // Nine digits and an offset at most.
        guard let blank = line.prefix(36).firstIndex(of: UInt8(ascii: " ")),
            let time = EngineTime(rfc3339: String(decoding: line[..<blank], as: UTF8.self))
        else { return nil }
        return (time.nanoseconds / 1_000_000, line[(blank + 1)...])
    }
}
