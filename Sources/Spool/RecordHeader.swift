// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// What stands before each record of a segment: 32 bytes, numbers little-endian.
///
/// ```
///  0  "JREC"
///  4  u32  bytes of the payload that follows
///  8  u64  sequence of the first event
/// 16  u32  events
/// 20  u32  zero
/// 24  u32  CRC-32 of the payload
/// 28  u32  CRC-32 of bytes 0 to 27
/// ```
/// Both sums begin with the segment's salt instead of zero, so that text of a log
/// cannot look like a record: who writes logs does not know the salt.
/// The whole format is in docs/spec/spool.md.
struct RecordHeader: Sendable, Equatable {
    static let count = 32
    static let magic: [UInt8] = Array("JREC".utf8)
    /// A longer payload is none: deliveries are bounded far below.
    static let longestPayload = 256 << 20

    let payloadCount: Int
    let sequence: UInt64
    let events: Int
    let payloadSum: UInt32

    /// How many sequences the record takes: one at least, so that each record has
    /// its own.
    var span: UInt64 { UInt64(max(1, events)) }

    /// The first sequence after the record.
    var end: UInt64 { sequence &+ span }

    /// Writes the header into bytes 0 to 31 of `buffer`.
    func write(to buffer: UnsafeMutableRawBufferPointer, salt: UInt32) {
        buffer.copyBytes(from: Self.magic)
        buffer.store(UInt32(truncatingIfNeeded: payloadCount), at: 4)
        buffer.store(sequence, at: 8)
        buffer.store(UInt32(truncatingIfNeeded: events), at: 16)
        buffer.store(UInt32(0), at: 20)
        buffer.store(payloadSum, at: 24)
        let sum = Checksum.of(UnsafeRawBufferPointer(rebasing: buffer[..<28]), salt: salt)
        buffer.store(sum, at: 28)
    }

    /// Reads a header; nil when these bytes are none.
    init?(_ bytes: Span<UInt8>, salt: UInt32) {
        guard bytes.count >= Self.count else { return nil }
        let fields = bytes.withUnsafeBytes { buffer -> RecordHeader? in
            guard buffer[..<4].elementsEqual(Self.magic),
                Checksum.of(UnsafeRawBufferPointer(rebasing: buffer[..<28]), salt: salt)
                    == buffer.load32(at: 28)
            else { return nil }
            return RecordHeader(
                payloadCount: Int(buffer.load32(at: 4)),
                sequence: buffer.load64(at: 8),
                events: Int(buffer.load32(at: 16)),
                payloadSum: buffer.load32(at: 24)
            )
        }
        // A sequence near the end of its range cannot have been given by us.
        guard let fields, fields.payloadCount <= Self.longestPayload,
            fields.sequence > 0, fields.sequence < UInt64.max >> 1
        else { return nil }
        self = fields
    }

    init(payloadCount: Int, sequence: UInt64, events: Int, payloadSum: UInt32) {
        self.payloadCount = payloadCount
        self.sequence = sequence
        self.events = events
        self.payloadSum = payloadSum
    }
}

/// CRC-32 as zlib computes it, begun with a salt.
///
/// Source: zlib manual, `crc32_z`.
enum Checksum {
    static func of(_ bytes: UnsafeRawBufferPointer, salt: UInt32) -> UInt32 {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return salt }
        return UInt32(truncatingIfNeeded: crc32_z(uLong(salt), base, bytes.count))
    }
}

extension UnsafeMutableRawBufferPointer {
    func store(_ value: some FixedWidthInteger, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
    }
}

extension UnsafeRawBufferPointer {
    func load32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func load64(at offset: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
