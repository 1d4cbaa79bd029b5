// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes deliveries as records, header and payload, into a buffer.
///
/// A payload is
/// ```
/// counted  checkpoint
/// u32      sources, then each of them counted
/// 32 bytes for each event: u32 length, u32 source, i64 time, i64 origin's time,
///          i32 offset of local time, u32 flags (1: the text was cut)
/// the texts
/// ```
/// Each record names its own sources: a damaged one then costs no other.
struct RecordEncoder: Sendable {
    static let eventCount = 32
    static let truncatedFlag: UInt32 = 1

    /// Encoded sources, by the object; held, so that no other can have its address.
    private var known: [ObjectIdentifier: (source: EventSource, bytes: [UInt8])] = [:]
    private static let knownLimit = 4096

    /// Appends a record.
    mutating func append(
        _ item: SpoolItem,
        sequence: UInt64,
        salt: UInt32,
        to output: inout [UInt8]
    ) {
        let start = output.count
        let batch = item.batch
        output.reserveCapacity(
            start + 4096 + batch.bytes.count + batch.entries.count * Self.eventCount
        )
        output.append(contentsOf: repeatElement(0, count: RecordHeader.count))
        output.append(counted: item.checkpoint)
        output.append(number: UInt32(truncatingIfNeeded: batch.sources.count))
        for source in batch.sources { output.append(counted: encoded(source)) }
        Self.append(batch.entries, to: &output)
        output.append(contentsOf: batch.bytes)
        output.withUnsafeMutableBytes { all in
            let record = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            let payload = UnsafeRawBufferPointer(rebasing: record[RecordHeader.count...])
            let header = RecordHeader(
                payloadCount: payload.count,
                sequence: sequence,
                events: batch.entries.count,
                payloadSum: Checksum.of(payload, salt: salt)
            )
            header.write(to: record, salt: salt)
        }
    }

    private static func append(_ entries: [EventBatch.Entry], to output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: entries.count * eventCount))
        output.withUnsafeMutableBytes { bytes in
            var place = start
            for entry in entries {
                bytes.store(UInt32(truncatingIfNeeded: entry.text.count), at: place)
                bytes.store(UInt32(truncatingIfNeeded: entry.source), at: place + 4)
                bytes.store(entry.time.nanoseconds, at: place + 8)
                bytes.store(entry.originNanoseconds, at: place + 16)
                bytes.store(entry.time.utcOffsetSeconds, at: place + 24)
                bytes.store(entry.isTruncated ? truncatedFlag : 0, at: place + 28)
                place += eventCount
            }
        }
    }

    private mutating func encoded(_ source: EventSource) -> [UInt8] {
        if let known = known[ObjectIdentifier(source)] { return known.bytes }
        if known.count >= Self.knownLimit { known.removeAll() }
        let bytes = SourceCoding.encode(source)
        known[ObjectIdentifier(source)] = (source, bytes)
        return bytes
    }
}
