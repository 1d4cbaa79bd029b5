// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A piece of a container's output, as the engine framed it.
package struct LogFrame: Sendable, Hashable {
    /// Which of the process's outputs it was written to.
    package enum Output: UInt8, Sendable, Hashable {
        /// Only seen on attach; kept because the format has it.
        case standardInput = 0
        case standardOutput = 1
        case standardError = 2
        /// The engine's own word about a failure while it streams.
        case engineError = 3
    }

    package let output: Output
    /// Usually one line with its newline; a line over 16 KiB comes in parts.
    package let bytes: [UInt8]

    package init(output: Output, bytes: [UInt8]) {
        self.output = output
        self.bytes = bytes
    }
}

/// Takes apart the multiplexed stream of `/containers/{id}/logs`, however it
/// was chunked.
///
/// ```
/// 01 00 00 00   which output; three zero bytes
/// 00 00 00 05   length of the payload, big-endian
/// 68 65 6c 6c 6f
/// ```
/// A frame longer than the limit is given out in parts of that limit, so
/// memory stays bounded. Source: Docker Engine API v1.41, "Stream format".
package struct LogFrameDemuxer: Sendable {
    /// The stream does not follow the format; it cannot be read on.
    package struct FormatError: Error, Sendable, Hashable {
        /// The byte that should have named the output.
        package let outputByte: UInt8
    }

    /// Bytes of the longest frame that is given out in one piece.
    package let frameLimit: Int

    private var header: [UInt8] = []
    private var payload: [UInt8] = []
    private var output = LogFrame.Output.standardOutput
    /// Payload bytes of the current frame that have not arrived.
    private var missing = 0

    /// `frameLimit` is at least 1.
    package init(frameLimit: Int) {
        self.frameLimit = max(frameLimit, 1)
    }

    /// Whether the stream may end here without having lost anything.
    package var isBetweenFrames: Bool { header.isEmpty && missing == 0 }

    /// Takes the next bytes; the frames they completed, in order.
    ///
    /// - Throws: ``FormatError`` at a header that names no output.
    package mutating func frames(
        completedBy chunk: some Collection<UInt8>
    ) throws(FormatError) -> [LogFrame] {
        var frames: [LogFrame] = []
        var rest = chunk[...]
        while !rest.isEmpty {
            if missing == 0 {
                let taken = rest.prefix(8 - header.count)
                header.append(contentsOf: taken)
                rest = rest.dropFirst(taken.count)
                if header.count == 8 { try readHeader() }
            } else {
                let taken = rest.prefix(min(missing, frameLimit - payload.count))
                payload.append(contentsOf: taken)
                missing -= taken.count
                rest = rest.dropFirst(taken.count)
                guard missing == 0 || payload.count == frameLimit else { continue }
                frames.append(LogFrame(output: output, bytes: payload))
                payload = []
            }
        }
        return frames
    }

    private mutating func readHeader() throws(FormatError) {
        guard let output = LogFrame.Output(rawValue: header[0]) else {
            throw FormatError(outputByte: header[0])
        }
        self.output = output
        missing = header[4...].reduce(0) { $0 << 8 | Int($1) }
        header.removeAll(keepingCapacity: true)
    }
}
