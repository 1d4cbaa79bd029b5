// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZstd
import EventModel

/// Compressing parts of segments.
///
/// A packed part is one byte, 0 for bytes as they are and 1 for a frame of
/// Zstandard, and then these.
final class PartPacker {
    private let context: OpaquePointer?
    private let level: CInt
    private var buffer: [UInt8] = []

    /// - Parameter level: Of Zstandard; 0 leaves everything as it is.
    init(level: CInt) {
        self.level = level
        context = level == 0 ? nil : ZSTD_createCCtx()
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Packs a part; as it is when compressing saves nothing or cannot be done.
    func pack(_ part: [UInt8]) -> [UInt8] {
        guard let context, part.count > 64 else { return [0] + part }
        let bound = ZSTD_compressBound(part.count)
        if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
        let size = ZSTD_compressCCtx(context, &buffer, buffer.count, part, part.count, level)
        guard ZSTD_isError(size) == 0, size < part.count - part.count / 16 else {
            return [0] + part
        }
        return [1] + buffer[..<size]
    }
}

/// Reading packed parts, with one piece of working memory for all.
///
/// One thread at a time uses it.
final class PartUnpacker {
    /// No part is larger.
    static let largest = 256 << 20

    private let context = ZSTD_createDCtx()

    deinit { ZSTD_freeDCtx(context) }

    /// The part that was packed.
    ///
    /// - Throws: ``DamagedPart``.
    func unpack(_ packed: UnsafeRawBufferPointer) throws(DamagedPart) -> [UInt8] {
        guard let kind = packed.first else { throw DamagedPart() }
        let content = UnsafeRawBufferPointer(rebasing: packed.dropFirst())
        if kind == 0 { return Array(content) }
        let size = ZSTD_getFrameContentSize(content.baseAddress, content.count)
        guard kind == 1, size <= UInt64(Self.largest) else { throw DamagedPart() }
        var written = 0
        let part = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            written = ZSTD_decompressDCtx(
                context,
                buffer.baseAddress,
                buffer.count,
                content.baseAddress,
                content.count
            )
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0, part.count == Int(size) else { throw DamagedPart() }
        return part
    }
}
