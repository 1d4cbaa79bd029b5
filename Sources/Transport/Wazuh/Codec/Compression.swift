// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// zlib streams of one message (RFC 1950).
enum Compression {
    /// Compresses as well as zlib can; nil when there is no memory.
    static func deflate(_ bytes: [UInt8]) -> [UInt8]? {
        var size = compressBound(uLong(bytes.count))
        let output = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let result = compress2(
                buffer.baseAddress,
                &size,
                bytes,
                uLong(bytes.count),
                Z_BEST_COMPRESSION
            )
            count = result == Z_OK ? Int(size) : 0
        }
        return output.isEmpty ? nil : output
    }

    /// What became of a stream.
    enum Inflated {
        case bytes([UInt8])
        /// It holds more than the limit.
        case tooLarge
        case damaged
    }

    /// Takes a stream apart, never into more than `limit` bytes.
    ///
    /// Bytes behind the stream's end are not looked at.
    static func inflate(_ bytes: ArraySlice<UInt8>, limit: Int) -> Inflated {
        var size = uLong(limit)
        var result = Z_DATA_ERROR
        let output = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            bytes.withUnsafeBufferPointer { input in
                result = uncompress(
                    buffer.baseAddress,
                    &size,
                    input.baseAddress,
                    uLong(input.count)
                )
            }
            count = result == Z_OK ? Int(size) : 0
        }
        switch result {
        case Z_OK: return .bytes(output)
        // What is cut short is Z_DATA_ERROR: the buffer still had room.
        case Z_BUF_ERROR: return .tooLarge
        default: return .damaged
        }
    }
}
