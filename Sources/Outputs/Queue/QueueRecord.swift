// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// An alert in a queue's file.
///
/// ```
/// CRC-32 of the rest (4 bytes, little endian) │ length of the line (4) │ serial (8) │
/// arrival (8) │ the alert's line
/// ```
struct QueueRecord: Sendable {
    static let headerBytes = 24
    /// The longest line that is queued.
    static let lineLimit = 1 << 20

    /// The alert's number in the feed, from 1; only grows.
    let serial: UInt64
    /// Nanoseconds since the epoch.
    let arrival: Int64
    let line: [UInt8]

    var byteCount: Int { Self.headerBytes + line.count }

    var bytes: [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(byteCount)
        body.append(littleEndian: UInt32(clamping: line.count))
        body.append(littleEndian: serial)
        body.append(littleEndian: UInt64(bitPattern: arrival))
        body += line
        var record: [UInt8] = []
        record.reserveCapacity(byteCount)
        record.append(littleEndian: Self.checksum(body[...]))
        return record + body
    }

    /// Reads the record at an offset; nil when none is whole there.
    init?(_ bytes: [UInt8], at offset: Int) {
        guard bytes.count - offset >= Self.headerBytes else { return nil }
        let length = Int(bytes.littleEndian32(at: offset + 4))
        guard length <= Self.lineLimit, bytes.count - offset - Self.headerBytes >= length else {
            return nil
        }
        let end = offset + Self.headerBytes + length
        guard Self.checksum(bytes[offset + 4..<end]) == bytes.littleEndian32(at: offset) else {
            return nil
        }
        serial = bytes.littleEndian64(at: offset + 8)
        arrival = Int64(bitPattern: bytes.littleEndian64(at: offset + 16))
        line = Array(bytes[offset + Self.headerBytes..<end])
    }

    init(serial: UInt64, arrival: Int64, line: [UInt8]) {
        self.serial = serial
        self.arrival = arrival
        self.line = line
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            UInt32(truncatingIfNeeded: crc32(0, buffer.baseAddress, UInt32(clamping: buffer.count)))
        }
    }
}
