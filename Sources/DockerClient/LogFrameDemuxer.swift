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
        /// What stands where a header should, as far as it was read.
        package let header: [UInt8]
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
    /// - Throws: ``FormatError`` at what is no header; not to be used after it.
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
                try checkHeader()
                if header.count == 8 { readHeader() }
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

    /// Looks at as much of a header as has come: text is recognised at once.
    private mutating func checkHeader() throws(FormatError) {
        guard let first = header.first, let output = LogFrame.Output(rawValue: first),
            header[..<min(header.count, 4)].dropFirst().allSatisfy({ $0 == 0 })
        else { throw FormatError(header: header) }
        self.output = output
    }

    private mutating func readHeader() {
        missing = header[4...].reduce(0) { $0 << 8 | Int($1) }
        header.removeAll(keepingCapacity: true)
    }
}
