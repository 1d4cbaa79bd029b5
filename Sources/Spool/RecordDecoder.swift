// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads payloads of records back into batches.
///
/// The same source is the same object in all batches, as long as not too many
/// others came between.
struct RecordDecoder: Sendable {
    private var known: [[UInt8]: EventSource] = [:]
    private static let knownLimit = 4096

    /// Only the checkpoint; nil when the payload is none.
    static func checkpoint(_ payload: Span<UInt8>) -> [UInt8]? {
        var reader = ByteReader()
        return reader.counted(payload)
    }

    /// The record's events; nil when the payload is not as its header says.
    mutating func decode(_ header: RecordHeader, _ payload: Span<UInt8>) -> EventBatch? {
        var reader = ByteReader()
        guard reader.countedRange(payload) != nil, let sourceCount = reader.number(payload),
            sourceCount <= (payload.count - reader.position) / 4
        else { return nil }
        var sources: [EventSource] = []
        for _ in 0..<sourceCount {
            guard let bytes = reader.counted(payload), let source = source(bytes) else {
                return nil
            }
            sources.append(source)
        }
        return Self.events(header, payload, at: reader.position, sources)
    }

    private static func events(
        _ header: RecordHeader,
        _ payload: Span<UInt8>,
        at table: Int,
        _ sources: [EventSource]
    ) -> EventBatch? {
        guard header.events <= (payload.count - table) / RecordEncoder.eventCount else {
            return nil
        }
        var batch = EventBatch()
        batch.firstSequence = header.sequence
        var text = table + header.events * RecordEncoder.eventCount
        for index in 0..<header.events {
            let place = table + index * RecordEncoder.eventCount
            let (count, source) = (Int(word(payload, place)), Int(word(payload, place + 4)))
            guard count <= payload.count - text, source < sources.count else { return nil }
            batch.append(
                payload.extracting(text..<text + count),
                from: sources[source],
                at: Timestamp(
                    nanoseconds: long(payload, place + 8),
                    utcOffsetSeconds: Int32(bitPattern: word(payload, place + 24))
                ),
                originNanoseconds: long(payload, place + 16),
                isTruncated: word(payload, place + 28) & RecordEncoder.truncatedFlag != 0
            )
            text += count
        }
        return batch
    }

    private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
        let raw = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return UInt32(littleEndian: raw)
    }

    private static func long(_ bytes: Span<UInt8>, _ offset: Int) -> Int64 {
        let raw = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self)
        return Int64(littleEndian: raw)
    }

    private mutating func source(_ bytes: [UInt8]) -> EventSource? {
        if let source = known[bytes] { return source }
        guard let source = SourceCoding.decode(bytes.span) else { return nil }
        if known.count >= Self.knownLimit { known.removeAll() }
        known[bytes] = source
        return source
    }
}
