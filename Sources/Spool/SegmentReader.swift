// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads the records of a segment, one after the other.
///
/// What is damaged costs only itself: with a sound header its length tells where
/// the next record begins; without, the next sound header is looked for.
struct SegmentReader: Sendable {
    /// What comes next in a segment.
    enum Step: Sendable, Equatable {
        case record(RecordHeader, payload: [UInt8])
        /// A record whose payload is not what was written, or bytes that are no record.
        case damage(Range<Int>)
        /// The last record was not written whole, as after `kill -9`.
        case torn(Range<Int>)
        case end
    }

    let file: SegmentFile
    let salt: UInt32
    /// Where the next record begins.
    private(set) var offset: Int

    init(_ file: SegmentFile, salt: UInt32, offset: Int = SegmentFile.title.count) {
        self.file = file
        self.salt = salt
        self.offset = offset
    }

    /// The next step, in the file's first `limit` bytes.
    mutating func next(limit: Int) throws(SpoolError) -> Step {
        guard offset < limit else { return .end }
        guard limit - offset >= RecordHeader.count else { return tear(limit) }
        let bytes = try file.bytes(at: offset, count: RecordHeader.count)
        guard let header = RecordHeader(bytes.span, salt: salt) else {
            let found = try nextHeader(after: offset, limit: limit) ?? limit
            defer { offset = found }
            return .damage(offset..<found)
        }
        let begin = offset + RecordHeader.count
        let end = begin + header.payloadCount
        guard end <= limit else { return tear(limit) }
        let payload = try file.bytes(at: begin, count: header.payloadCount)
        let sum = payload.withUnsafeBytes { Checksum.of($0, salt: salt) }
        defer { offset = end }
        guard payload.count == header.payloadCount, sum == header.payloadSum else {
            return .damage(offset..<end)
        }
        return .record(header, payload: payload)
    }

    private mutating func tear(_ limit: Int) -> Step {
        defer { offset = limit }
        return .torn(offset..<limit)
    }

    /// Where the first sound header behind `start` begins.
    private func nextHeader(after start: Int, limit: Int) throws(SpoolError) -> Int? {
        var begin = start + 1
        while limit - begin >= RecordHeader.count {
            let chunk = try file.bytes(at: begin, count: min(Self.chunk, limit - begin))
            guard chunk.count >= RecordHeader.count else { return nil }
            if let found = header(in: chunk.span) { return begin + found }
            begin += chunk.count - RecordHeader.count + 1
        }
        return nil
    }

    private func header(in chunk: Span<UInt8>) -> Int? {
        var index = 0
        while index + RecordHeader.count <= chunk.count {
            let rest = chunk.extracting(index..<chunk.count)
            let hit = rest.withUnsafeBytes { bytes -> Int? in
                guard let base = bytes.baseAddress,
                    let found = memchr(base, Int32(RecordHeader.magic[0]), bytes.count)
                else { return nil }
                return UnsafeRawPointer(found) - base
            }
            guard let hit, index + hit + RecordHeader.count <= chunk.count else { return nil }
            let candidate = chunk.extracting(index + hit..<index + hit + RecordHeader.count)
            if RecordHeader(candidate, salt: salt) != nil { return index + hit }
            index += hit + 1
        }
        return nil
    }

    private static let chunk = 1 << 20
}
