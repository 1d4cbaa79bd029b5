// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Undoes deflate and zlib data that are at hand whole.
enum Inflater {
    enum Form: Int32 {
        /// Without a header, as in zip.
        case raw = -15
        case zlib = 15
        case gzip = 31
    }

    /// What the data holds; nil when it is damaged or more than `limit` bytes.
    static func inflate(_ data: ArraySlice<UInt8>, _ form: Form, limit: Int) -> [UInt8]? {
        guard limit >= 0, data.count <= Int(UInt32.max) else { return nil }
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, form.rawValue, ZLIB_VERSION, size) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(limit + 1, 64 << 10))
        return data.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            while true {
                let room = piece.count
                let status = piece.withUnsafeMutableBufferPointer { buffer in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(room)
                    return CZlib.inflate(&stream, Z_NO_FLUSH)
                }
                let produced = room - Int(stream.avail_out)
                output += piece[..<produced]
                guard output.count <= limit else { return nil }
                if status == Z_STREAM_END { return output }
                guard status == Z_OK, produced > 0 || stream.avail_in > 0 else { return nil }
            }
        }
    }
}
