// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Alerts of one output that wait on the disk, in order, over crashes.
///
/// The feed appends, the output's worker reads and acknowledges. What is acknowledged is
/// written with the worker's memory in one step, so both are of the same moment. Calls block.
package final class OutputQueue: Sendable {
    /// An alert that waits.
    package struct Entry: Sendable {
        package let serial: UInt64
        /// Nanoseconds since the epoch.
        package let arrival: Int64
        package let line: [UInt8]
        fileprivate let end: Place
    }

    fileprivate struct Place: Sendable, Hashable {
        var segment: Int
        var offset: Int
    }

    package struct Limits: Sendable, Hashable {
        /// Bytes that may wait on the disk.
        package var bytes = 64 << 20
        /// A file is followed by the next from so many bytes on.
        package var segmentBytes = 4 << 20

        package init() {}
    }

    package struct Figures: Sendable, Hashable {
        package var waiting = 0
        package var waitingBytes = 0
        /// Left out since the queue was full, since the start.
        package var dropped = 0
        /// Files of which an end could not be read.
        package var damages = 0
        /// Whether the last one was left out.
        package var isFull = false
    }

    private struct State {
        var first: Place
        var last: Place
        var lastSerial: UInt64
        /// Of what was acknowledged last.
        var doneSerial: UInt64
        let position: SlotFile
        var figures = Figures()
        /// Read from the disk and not acknowledged.
        var front: [Entry] = []
        /// Behind the last of ``front``.
        var readTo: Place
        var descriptor: Int32 = -1
        var isDirty = false
        var limits: Limits
        /// What the worker remembered with the last acknowledgement.
        var memory: [UInt8]
    }

    private let folder: QueueFolder
    private let state: Mutex<State>

    /// Opens a queue, or begins one.
    ///
    /// `serial` is the feed's number by now: a new queue begins behind it.
    ///
    /// - Throws: ``OutputError`` `queue`.
    package init(
        folder path: String,
        limits: Limits,
        beginningAfter serial: UInt64
    ) throws(OutputError) {
        let folder = try QueueFolder(path: path)
        let file = try SlotFile(path: folder.position)
        let position = file.content.flatMap { QueuePosition($0) }
        let first = Place(segment: position?.segment ?? 1, offset: position?.offset ?? 0)
        var state = State(
            first: first,
            last: first,
            lastSerial: position?.serial ?? serial,
            doneSerial: position?.serial ?? serial,
            position: file,
            readTo: first,
            limits: limits,
            memory: position?.memory ?? []
        )
        try Self.recover(folder, &state)
        self.folder = folder
        self.state = Mutex(state)
        // From now on it begins behind that number, whatever comes.
        if position == nil { try acknowledge(0, memory: []) }
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
    }

    /// The highest number that it has seen, also of alerts that it left out.
    package var lastSerial: UInt64 { state.withLock { $0.lastSerial } }

    package var figures: Figures { state.withLock { $0.figures } }

    /// What the worker remembered with the last acknowledgement.
    package var memory: [UInt8] { state.withLock { $0.memory } }

    /// Other limits hold from now on; what waits already goes on waiting.
    package func replace(_ limits: Limits) { state.withLock { $0.limits = limits } }

    /// Adds an alert, unless an earlier run did; nothing when the queue is full, which is
    /// counted.
    ///
    /// - Throws: ``OutputError`` `queue`; it can be tried again.
    package func append(_ line: [UInt8], serial: UInt64, arrival: Int64) throws(OutputError) {
        let record = QueueRecord(serial: serial, arrival: arrival, line: line)
        try state.withLock { state throws(OutputError) in
            guard serial > state.lastSerial else { return }
            let isFull =
                state.figures.waitingBytes + record.byteCount > state.limits.bytes
                || line.count > QueueRecord.lineLimit
            guard isFull else { return try write(record, &state) }
            state.lastSerial = serial
            state.figures.dropped += 1
            state.figures.isFull = true
        }
    }

    /// Makes what was added survive a loss of power.
    ///
    /// - Throws: ``OutputError`` `queue`.
    package func sync() throws(OutputError) {
        try state.withLock { state throws(OutputError) in
            guard state.isDirty, state.descriptor >= 0 else { return }
            guard fdatasync(state.descriptor) == 0 else {
                throw QueueFailure.error("sync", folder.path)
            }
            state.isDirty = false
        }
    }

    /// The alerts that wait longest: at most so many, and so many bytes but at least one.
    ///
    /// - Throws: ``OutputError`` `queue`.
    package func front(_ count: Int, bytes: Int) throws(OutputError) -> [Entry] {
        try state.withLock { state throws(OutputError) in
            while state.front.count < count, state.front.count < state.figures.waiting {
                guard try load(&state) else { break }
            }
            var total = 0
            return Array(
                state.front.prefix(count).prefix { entry in
                    defer { total += entry.line.count }
                    return total == 0 || total + entry.line.count <= bytes
                }
            )
        }
    }

    /// The first so many of the front are done with; `memory` is what the worker knows then.
    ///
    /// - Throws: ``OutputError`` `queue`; they are given again after a restart.
    package func acknowledge(_ count: Int, memory: [UInt8]) throws(OutputError) {
        let old = try state.withLock { state throws(OutputError) in
            let done = state.front.prefix(count)
            let place = done.last?.end ?? state.first
            let serial = done.last?.serial ?? state.doneSerial
            try state.position.write(
                QueuePosition(
                    segment: place.segment,
                    offset: place.offset,
                    serial: serial,
                    memory: memory
                ).bytes,
                syncs: false
            )
            state.figures.waiting -= done.count
            state.figures.waitingBytes -= done.reduce(0) {
                $0 + QueueRecord.headerBytes + $1.line.count
            }
            if !done.isEmpty { state.figures.isFull = false }
            state.front.removeFirst(done.count)
            let old = state.first.segment..<place.segment
            (state.first, state.doneSerial) = (place, serial)
            state.memory = memory
            return old
        }
        for segment in old { folder.remove(segment) }
    }

    private func write(_ record: QueueRecord, _ state: inout State) throws(OutputError) {
        if state.descriptor >= 0, state.last.offset >= state.limits.segmentBytes {
            guard fdatasync(state.descriptor) == 0 else {
                throw QueueFailure.error("sync", folder.path)
            }
            close(state.descriptor)
            state.descriptor = -1
            state.last = Place(segment: state.last.segment + 1, offset: 0)
        }
        if state.descriptor < 0 {
            let path = folder.path(of: state.last.segment)
            state.descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
            guard state.descriptor >= 0 else { throw QueueFailure.error("open", path) }
        }
        // Half a record of a write that failed is written over by the next.
        try QueueFailure.write(
            record.bytes,
            state.descriptor,
            at: state.last.offset,
            folder.path
        )
        state.isDirty = true
        state.last.offset += record.byteCount
        state.lastSerial = record.serial
        state.figures.waiting += 1
        state.figures.waitingBytes += record.byteCount
        state.figures.isFull = false
    }

    /// Reads on into the front, up to a file's end.
    ///
    /// - Returns: Whether there was something.
    private func load(_ state: inout State) throws(OutputError) -> Bool {
        while true {
            let segment = state.readTo.segment
            let found = try folder.bytes(of: segment, from: state.readTo.offset)
            let before = state.front.count
            // What lies behind the last whole record is no record.
            let room = segment == state.last.segment ? state.last.offset : Int.max
            Self.read(found, upTo: room, from: &state.readTo) { record, place in
                state.front.append(
                    Entry(
                        serial: record.serial,
                        arrival: record.arrival,
                        line: record.line,
                        end: place
                    )
                )
            }
            if state.front.count > before { return true }
            guard segment < state.last.segment else { return false }
            state.readTo = Place(segment: segment + 1, offset: 0)
        }
    }

    /// Reads records of bytes that begin at a place.
    private static func read(
        _ bytes: [UInt8],
        upTo end: Int,
        from place: inout Place,
        _ body: (QueueRecord, Place) -> Void
    ) {
        let start = place.offset
        while place.offset < end, let record = QueueRecord(bytes, at: place.offset - start) {
            place.offset += record.byteCount
            body(record, place)
        }
    }

    /// Looks through the files of an earlier run: what waits, and where the last one ends.
    private static func recover(_ folder: QueueFolder, _ state: inout State) throws(OutputError) {
        for segment in try folder.segments() {
            guard segment >= state.first.segment else {
                folder.remove(segment)
                continue
            }
            let start = segment == state.first.segment ? state.first.offset : 0
            let bytes = try folder.bytes(of: segment, from: start)
            var place = Place(segment: segment, offset: start)
            read(bytes, upTo: .max, from: &place) { record, _ in
                state.figures.waiting += 1
                state.figures.waitingBytes += record.byteCount
                state.lastSerial = max(state.lastSerial, record.serial)
            }
            if place.offset < start + bytes.count {
                state.figures.damages += 1
                try folder.cut(segment, at: place.offset)
            }
            state.last = place
        }
    }
}

/// How far a queue is done, with what its worker remembers:
/// segment, offset, serial (8 bytes each, little endian), memory.
private struct QueuePosition {
    let segment: Int
    let offset: Int
    let serial: UInt64
    let memory: [UInt8]

    init(segment: Int, offset: Int, serial: UInt64, memory: [UInt8]) {
        self.segment = segment
        self.offset = offset
        self.serial = serial
        self.memory = memory
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 24, let segment = Int(exactly: bytes.littleEndian64(at: 0)),
            let offset = Int(exactly: bytes.littleEndian64(at: 8))
        else { return nil }
        self.segment = segment
        self.offset = offset
        serial = bytes.littleEndian64(at: 16)
        memory = Array(bytes[24...])
    }

    var bytes: [UInt8] {
        var output: [UInt8] = []
        output.append(littleEndian: UInt64(clamping: segment))
        output.append(littleEndian: UInt64(clamping: offset))
        output.append(littleEndian: serial)
        return output + memory
    }
}
