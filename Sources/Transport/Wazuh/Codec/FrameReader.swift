// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Frames of a TCP stream: a length of four bytes, the lowest first, and so many
/// bytes.
///
/// Source: around-the-engine.md §5.1.
package struct FrameReader {
    /// What comes next in a stream.
    package enum Next: Sendable, Equatable {
        case frame([UInt8])
        /// The frame is not whole yet.
        case incomplete
        /// The stream is none of ours.
        case oversized
    }

    /// Bytes of a frame at most.
    package var limit = Packet.sizeLimit
    private var buffer = ByteBuffer()

    package init() {}

    /// Takes bytes of the stream.
    package mutating func append(_ bytes: inout ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeBuffer(&bytes)
        }
    }

    /// The next frame, if it is whole.
    package mutating func next() -> Next {
        guard
            let length = buffer.getInteger(
                at: buffer.readerIndex,
                endianness: .little,
                as: UInt32.self
            )
        else { return .incomplete }
        guard Int(length) <= limit else { return .oversized }
        guard buffer.readableBytes >= 4 + Int(length) else { return .incomplete }
        buffer.moveReaderIndex(forwardBy: 4)
        let bytes = buffer.readBytes(length: Int(length)) ?? []
        // An idle connection holds no memory.
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        return .frame(bytes)
    }

    /// A payload as it goes onto a stream.
    package static func frame(_ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + 4)
        buffer.writeInteger(UInt32(payload.count), endianness: .little)
        buffer.writeBytes(payload)
        return buffer
    }
}
