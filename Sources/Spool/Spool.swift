// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A bounded queue of events on the disk.
///
/// One thread appends, one reads and acknowledges, anyone looks at the figures. What
/// was appended survives `kill -9` at once, and a loss of power once it is synced.
/// Records are numbered: the sequence of an event, with its agent, is its identity.
/// See docs/spec/spool.md for what lies on the disk.
package final class Spool: Sendable {
    /// Where and how much.
    package struct Configuration: Sendable {
        package var folder: String
        /// Bytes of all segments.
        package var limitBytes: Int
        /// What may be written beyond the limit by those who cannot wait.
        package var reserveBytes = 16 << 20
        /// A longer segment is followed by a new one.
        package var segmentBytes = 16 << 20
        /// No lower sequence is given, whatever the folder holds.
        package var firstSequence: UInt64 = 1

        package init(folder: String, limitBytes: Int) {
            self.folder = folder
            self.limitBytes = limitBytes
        }
    }

    /// What only the writing thread touches.
    private struct Writer {
        var file: SegmentFile?
        var name: SegmentName?
        /// Bytes of the file that are whole records.
        var bytes = 0
        /// Bytes of a failed write may lie behind `bytes`.
        var hasTornTail = false
        var encoder = RecordEncoder()
        var buffer: [UInt8] = []
    }

    let configuration: Configuration
    let state: Mutex<SpoolState>
    private let writer = Mutex(Writer())
    /// The segment that is written, for whoever syncs, and what of it is synced.
    private let current = Mutex<SegmentFile?>(nil)
    private let syncedBefore = Atomic<UInt64>(0)

    /// Opens a spool, or begins one.
    ///
    /// All records are read once: `checkpoint` is given each record's checkpoint, with
    /// its sequence, in order. Events before `acknowledged` are done already; nothing
    /// from `kept` on is removed as long as there is room.
    /// - Throws: `.permission`, `.diskFull`, `.io` when the folder cannot be used.
    package init(
        _ configuration: Configuration,
        acknowledged: UInt64,
        kept: UInt64,
        checkpoint: (UInt64, [UInt8]) -> Void
    ) throws(SpoolError) {
        self.configuration = configuration
        try SpoolFolder.make(configuration.folder)
        var recovered = SpoolState()
        recovered.figures.limitBytes = configuration.limitBytes
        recovered.acknowledged = acknowledged
        recovered.kept = kept
        try recovered.recover(configuration.folder, checkpoint)
        let first = max(acknowledged, kept, configuration.firstSequence, 1)
        recovered.next = max(recovered.next, first)
        if recovered.figures.waitingEvents == 0 { recovered.acknowledged = recovered.next }
        recovered.removeDone(in: configuration.folder, keeps: true)
        syncedBefore.store(recovered.next, ordering: .relaxed)
        state = Mutex(recovered)
    }

    package var figures: SpoolFigures {
        state.withLock { $0.figures(atSeconds: Self.monotonicSeconds()) }
    }

    /// The first sequence that was not given yet.
    package var nextSequence: UInt64 { state.withLock { $0.next } }

    /// Appends records, all of them or none, with one write.
    ///
    /// - Throws: `.full` when there is no room; `.diskFull`, `.io`, `.permission`. The
    ///   same items can be given again.
    package func append(
        _ items: [SpoolItem],
        usingReserve: Bool
    ) throws(SpoolError) -> [SpooledItem] {
        guard !items.isEmpty else { return [] }
        do throws(SpoolError) {
            let placed = try writer.withLock { writer throws(SpoolError) in
                try append(items, usingReserve: usingReserve, &writer)
            }
            // What went into the reserve says nothing about the room of others.
            state.withLock { state in
                if !usingReserve || state.figures.trouble?.code != .full {
                    state.figures.trouble = nil
                }
            }
            return placed
        } catch {
            note(error)
            throw error
        }
    }

    private func append(
        _ items: [SpoolItem],
        usingReserve: Bool,
        _ writer: inout Writer
    ) throws(SpoolError) -> [SpooledItem] {
        try removeTornTail(&writer)
        try roll(&writer)
        let next = nextSequence
        let name = writer.name ?? SegmentName(sequence: next, salt: .random(in: 0 ... .max))
        let placed = Self.encode(items, from: next, name, &writer)
        try makeRoom(for: writer.buffer.count, usingReserve: usingReserve)
        try write(to: name, &writer)
        let (bytes, now) = (writer.bytes, Self.monotonicSeconds())
        state.withLock { $0.appended(to: name, bytes: bytes, items: items, atSeconds: now) }
        return placed
    }

    /// Fills the buffer with what is to be written.
    private static func encode(
        _ items: [SpoolItem],
        from next: UInt64,
        _ name: SegmentName,
        _ writer: inout Writer
    ) -> [SpooledItem] {
        writer.buffer.removeAll(keepingCapacity: writer.buffer.capacity < 8 << 20)
        if writer.bytes == 0 { writer.buffer += SegmentFile.title }
        var placed: [SpooledItem] = []
        placed.reserveCapacity(items.count)
        var sequence = next
        for item in items {
            let place = SpoolPlace(segment: name, offset: writer.bytes + writer.buffer.count)
            let end = sequence + item.span
            placed.append(SpooledItem(sequence: sequence, place: place, end: end))
            writer.encoder.append(item, sequence: sequence, salt: name.salt, to: &writer.buffer)
            sequence = end
        }
        return placed
    }

    /// Writes the buffer, wholly or not at all.
    private func write(to name: SegmentName, _ writer: inout Writer) throws(SpoolError) {
        if writer.file == nil { try begin(name, &writer) }
        guard let file = writer.file else { return }
        writer.hasTornTail = true
        do throws(SpoolError) {
            try file.write(writer.buffer.span)
        } catch {
            // What the failed cut leaves, the next call removes first.
            try? removeTornTail(&writer)
            throw error
        }
        writer.hasTornTail = false
        writer.bytes += writer.buffer.count
    }

    /// Waits until everything before a sequence is on the disk.
    ///
    /// Cost: a write-back of the current segment, or nothing when that was done.
    package func sync(before sequence: UInt64) throws(SpoolError) {
        guard syncedBefore.load(ordering: .acquiring) < sequence else { return }
        let next = nextSequence
        try current.withLock { $0 }?.sync()
        noteSynced(before: next)
    }

    private func noteSynced(before sequence: UInt64) {
        _ = syncedBefore.max(sequence, ordering: .acquiringAndReleasing)
    }

    /// Says that everything before a sequence is done, of which so many were events
    /// not acknowledged yet, and removes what need not be kept.
    package func acknowledge(before sequence: UInt64, events: Int) {
        state.withLock { state in
            state.acknowledge(before: sequence, events: events)
            state.removeDone(in: configuration.folder, keeps: true)
        }
    }

    /// Says that what is done need be kept from a sequence on only.
    package func keep(from sequence: UInt64) {
        state.withLock { state in
            state.kept = max(state.kept, sequence)
            state.removeDone(in: configuration.folder, keeps: true)
        }
    }

    /// Says from where on records are needed for another reader than the analysis, as long
    /// as there is room; gives the first sequence that is still there.
    package func hold(from sequence: UInt64) -> UInt64 {
        state.withLock { state in
            state.held = sequence
            state.removeDone(in: configuration.folder, keeps: true)
            return state.segments.first?.name.sequence ?? state.next
        }
    }

    /// Bytes that are only there since keep(from:) did not let go of them yet.
    package var keptBytes: Int { state.withLock { $0.keptBytes } }

    /// Removes all that is done, though it should be kept: for its space.
    package func removeKept() {
        state.withLock { $0.removeDone(in: configuration.folder, keeps: false) }
    }

    // MARK: Segments

    /// Lets go of a segment that is long enough.
    private func roll(_ writer: inout Writer) throws(SpoolError) {
        let limit = min(configuration.segmentBytes, max(4096, configuration.limitBytes / 8))
        guard let file = writer.file, writer.bytes >= limit else { return }
        let next = nextSequence
        try file.sync()
        noteSynced(before: next)
        writer.file = nil
        writer.name = nil
        writer.bytes = 0
        current.withLock { $0 = nil }
    }

    private func begin(_ name: SegmentName, _ writer: inout Writer) throws(SpoolError) {
        let file = try SegmentFile(creating: configuration.folder + "/" + name.text)
        writer.file = file
        writer.name = name
        writer.bytes = 0
        current.withLock { $0 = file }
        try SpoolFolder.sync(configuration.folder)
    }

    private func removeTornTail(_ writer: inout Writer) throws(SpoolError) {
        guard writer.hasTornTail, let file = writer.file else { return }
        try file.truncate(to: writer.bytes)
        writer.hasTornTail = false
    }

    private func makeRoom(for count: Int, usingReserve: Bool) throws(SpoolError) {
        let limit = configuration.limitBytes + (usingReserve ? configuration.reserveBytes : 0)
        let hasRoom = state.withLock { state in
            // A single group passes when nothing else waits.
            if state.bytes + count <= limit { return true }
            state.removeDone(in: configuration.folder, keeps: false)
            return state.bytes + count <= limit || state.figures.waitingEvents == 0
        }
        guard !hasRoom else { return }
        throw SpoolError(
            code: .full,
            message: "the spool \(configuration.folder) is full:"
                + " sources wait until events are analysed, or give it more with --spool-limit"
        )
    }

    private func note(_ error: SpoolError) {
        state.withLock { state in
            if error.code == .full {
                if state.figures.trouble?.code != .full { state.figures.timesFull += 1 }
            } else {
                state.figures.failedWrites += 1
                // What is done gives its space to what is not.
                if error.code == .diskFull {
                    state.removeDone(in: configuration.folder, keeps: false)
                }
            }
            state.figures.trouble = error
        }
    }

    /// Since the machine started, whatever is done to its clock.
    static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
