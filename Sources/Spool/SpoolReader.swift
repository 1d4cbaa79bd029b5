// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Synchronization

/// Reads a spool's records from the disk, in order; belongs to one thread.
package struct SpoolReader: Sendable {
    /// Events with their sequences, and the first sequence after them.
    package struct Record: Sendable {
        package let batch: EventBatch
        package let end: UInt64
    }

    private let spool: Spool
    /// Records before this sequence are passed over.
    private var next: UInt64
    private var open: (name: SegmentName, reader: SegmentReader)?
    private var decoder = RecordDecoder()

    /// Begins with the record that holds a sequence, or the first after it.
    package init(_ spool: Spool, from sequence: UInt64) {
        self.spool = spool
        next = sequence
    }

    /// Goes on at a place, whose record has that sequence.
    package mutating func seek(to place: SpoolPlace, sequence: UInt64) throws(SpoolError) {
        next = sequence
        try open(place.segment, at: place.offset)
    }

    /// The next record with events; nil at the end of what is written.
    package mutating func read() throws(SpoolError) -> Record? {
        while let limit = try openNext() {
            guard let step = try open?.reader.next(limit: limit), let name = open?.name else {
                return nil
            }
            switch step {
            case .end, .torn: continue
            case .damage(let range): spool.noteDamage(in: name, at: range.lowerBound)
            case .record(let header, let payload):
                guard header.end > next else { continue }
                next = header.end
                guard header.events > 0 else { continue }
                if let batch = decoder.decode(header, payload.span) {
                    return Record(batch: batch, end: header.end)
                }
            }
        }
        return nil
    }

    /// Makes sure of an open segment with something to read, and says where what is
    /// written of it ends; nil when all was read.
    private mutating func openNext() throws(SpoolError) -> Int? {
        while true {
            let found = spool.segment(after: open?.name, next: next)
            if let open, let bytes = found.currentBytes, open.reader.offset < bytes { return bytes }
            guard let name = found.following else { return nil }
            try open(name, at: SegmentFile.title.count)
        }
    }

    private mutating func open(_ name: SegmentName, at offset: Int) throws(SpoolError) {
        if let open, open.name == name, open.reader.offset == offset { return }
        do throws(SpoolError) {
            let file = try SegmentFile(reading: spool.configuration.folder + "/" + name.text)
            open = (name, SegmentReader(file, salt: name.salt, offset: offset))
        } catch {
            guard error.code == .missing else { throw error }
            spool.noteLoss(of: name)
        }
    }
}

extension Spool {
    /// Of an open segment the bytes that are written, and the next one that can hold
    /// `next` or what comes after.
    fileprivate func segment(
        after name: SegmentName?,
        next: UInt64
    ) -> (currentBytes: Int?, following: SegmentName?) {
        state.withLock { state in
            let current = state.segments.first { $0.name == name }
            let following = state.segments.first { segment in
                segment.end > next && (name.map { segment.name > $0 } ?? true)
            }
            return (current?.bytes, following?.name)
        }
    }

    /// Does without a segment that somebody removed.
    fileprivate func noteLoss(of name: SegmentName) {
        state.withLock { state in
            state.damages.insert(SpoolPlace(segment: name, offset: 0))
            guard state.segments.last?.name != name else { return }
            state.segments.removeAll { $0.name == name }
        }
    }

    /// Counts what cannot be read, once.
    fileprivate func noteDamage(in name: SegmentName, at offset: Int) {
        state.withLock { _ = $0.damages.insert(SpoolPlace(segment: name, offset: offset)) }
    }
}
