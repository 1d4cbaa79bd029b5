// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZstd

/// Deliveries compressed with Zstandard (RFC 8878), for the way.
package enum DeliveryPacking {
    private static let level: CInt = 3

    /// The compressed bytes; nil when it cannot be done.
    package static func pack(_ content: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        let size = ZSTD_compress(&output, output.count, content, content.count, level)
        guard ZSTD_isError(size) == 0 else { return nil }
        output.removeLast(output.count - size)
        return output
    }

    /// The content; nil when the bytes are damaged, say no size, or hold more than `limit`.
    package static func unpack(_ packed: [UInt8], limit: Int) -> [UInt8]? {
        let size = ZSTD_getFrameContentSize(packed, packed.count)
        // Also what stands for "not known" and "no frame" is larger.
        guard size <= UInt64(limit) else { return nil }
        var output = [UInt8](repeating: 0, count: Int(size))
        let written = ZSTD_decompress(&output, output.count, packed, packed.count)
        guard ZSTD_isError(written) == 0, written == output.count else { return nil }
        return output
    }
}
