// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import EventModel

/// Undoes the compression of a layer as it arrives: gzip, zstd or none, told by
/// the first bytes.
///
/// What comes out is bounded: an archive that grows beyond
/// ``ArchiveLimits/ratio`` is refused.
package final class LayerDecompressor {
    private enum Codec {
        case undecided
        case plain
        /// On the heap: zlib's state points back at it.
        case gzip(UnsafeMutablePointer<z_stream>)
        case zstd(OpaquePointer)
    }

    private let limits: ArchiveLimits
    private var codec = Codec.undecided
    private var head: [UInt8] = []
    private var output = [UInt8](repeating: 0, count: 256 << 10)
    private var bytesIn = 0
    private var bytesOut = 0

    package init(_ limits: ArchiveLimits) {
        self.limits = limits
    }

    deinit {
        switch codec {
        case .gzip(let stream):
            inflateEnd(stream)
            stream.deallocate()
        case .zstd(let stream): ZSTD_freeDStream(stream)
        case .undecided, .plain: break
        }
    }

    /// Takes the next piece; what comes out goes to `sink`, in pieces.
    ///
    /// - Throws: ``VulnerabilityError`` `damaged-archive` and
    ///   `excessive-archive`; what the sink throws.
    package func feed(_ bytes: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
        bytesIn += bytes.count
        switch codec {
        case .undecided:
            head.append(span: bytes)
            guard head.count >= 4 else { return }
            try start(to: sink)
        case .plain:
            try sink(bytes)
        case .gzip, .zstd:
            try decompress(bytes, to: sink)
        }
    }

    /// Hands out what a stream of fewer than four bytes has.
    package func finish(to sink: (Span<UInt8>) throws -> Void) throws {
        guard case .undecided = codec, !head.isEmpty else { return }
        let first = head
        let span = first.span
        try sink(span)
    }

    private func start(to sink: (Span<UInt8>) throws -> Void) throws {
        let first = head
        head = []
        if first.starts(with: [0x1F, 0x8B]) {
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // 15 bits of window, 16 for gzip's header.
            let size = Int32(MemoryLayout<z_stream>.size)
            guard inflateInit2_(stream, 31, ZLIB_VERSION, size) == Z_OK else {
                stream.deallocate()
                throw Self.noMemory
            }
            codec = .gzip(stream)
        } else if first.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            guard let stream = ZSTD_createDStream() else { throw Self.noMemory }
            // A window of 128 MiB at most: more is a bomb for memory.
            ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 27)
            codec = .zstd(stream)
        } else {
            codec = .plain
            let span = first.span
            try sink(span)
            return
        }
        let span = first.span
        try decompress(span, to: sink)
    }

    private static let noMemory = VulnerabilityError(
        .damagedArchive,
        "there is no memory to unpack a layer"
    )

    private func decompress(_ bytes: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
        switch codec {
        case .gzip(let stream): try inflate(bytes, stream, to: sink)
        case .zstd(let stream): try unzstd(bytes, stream, to: sink)
        case .undecided, .plain: break
        }
    }

    private func inflate(
        _ bytes: Span<UInt8>,
        _ stream: UnsafeMutablePointer<z_stream>,
        to sink: (Span<UInt8>) throws -> Void
    ) throws {
        var taken = 0
        while taken < bytes.count {
            let (used, produced, status) = inflateOnce(
                bytes.extracting(taken..<bytes.count),
                stream
            )
            taken += used
            try give(produced, to: sink)
            switch status {
            case Z_STREAM_END: guard inflateReset(stream) == Z_OK else { throw Self.noMemory }
            case Z_OK: break
            case Z_BUF_ERROR where used == 0 && produced == 0: return
            case Z_BUF_ERROR: break
            default: throw TarHeader.damaged("a layer's gzip data is wrong")
            }
        }
    }

    private func inflateOnce(
        _ bytes: Span<UInt8>,
        _ stream: UnsafeMutablePointer<z_stream>
    ) -> (Int, Int, Int32) {
        let room = output.count
        return bytes.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(clamping: input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(clamping: room)
                let offered = Int(stream.pointee.avail_in)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (
                    offered - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out),
                    status
                )
            }
        }
    }

    private func unzstd(
        _ bytes: Span<UInt8>,
        _ stream: OpaquePointer,
        to sink: (Span<UInt8>) throws -> Void
    ) throws {
        var taken = 0
        var isFull = false
        while taken < bytes.count || isFull {
            var produced = 0
            let room = output.count
            let result = bytes.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    var source = ZSTD_inBuffer(
                        src: input.baseAddress,
                        size: input.count,
                        pos: taken
                    )
                    var target = ZSTD_outBuffer(dst: output.baseAddress, size: room, pos: 0)
                    let result = ZSTD_decompressStream(stream, &target, &source)
                    taken = source.pos
                    produced = target.pos
                    return result
                }
            }
            guard ZSTD_isError(result) == 0 else {
                throw TarHeader.damaged("a layer's zstd data is wrong, or its window too large")
            }
            try give(produced, to: sink)
            isFull = produced == room
        }
    }

    private func give(_ count: Int, to sink: (Span<UInt8>) throws -> Void) throws {
        guard count > 0 else { return }
        bytesOut += count
        guard bytesOut <= limits.freeBytes || bytesOut / limits.ratio <= bytesIn else {
            throw TarReader.excessive(
                "it grows more than \(limits.ratio) times when it is unpacked"
            )
        }
        let piece = output
        let span = piece.span
        try sink(span.extracting(0..<count))
    }
}
