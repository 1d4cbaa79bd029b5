// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Follows a record from a remembered place on, over rotation and compression, so that
/// nothing of it is passed over and nothing given twice, whenever the process ends.
///
/// One thread owns a follower; ``waker`` is for the others.
package final class AlertFollower {
    /// What a call came to.
    package enum Outcome: Sendable, Equatable {
        /// Lines were given; there may be more.
        case lines
        /// All lines that there are have been given.
        case atEnd
        /// The record is not the one that the place is of.
        case foreign
    }

    /// Ends a follower's waits from another thread.
    package final class Waker: Sendable {
        fileprivate let bell: Doorbell

        fileprivate init() throws(AlertStoreError) { bell = try Doorbell() }

        /// Says that there may be more; cheap.
        package func wake() { bell.ring() }

        /// Ends the current wait and all later ones.
        package func stop() { bell.close() }

        package var isStopped: Bool { bell.isClosed }
    }

    package let waker: Waker
    private let folder: AlertFolder
    private var reader: RecordReader
    private var watch: FolderWatch

    /// Begins behind a place, or with the first line when it is nil.
    ///
    /// - Throws: `.io`.
    package init(folder: String, from position: RecordPosition?) throws(AlertStoreError) {
        self.folder = AlertFolder(path: folder, kind: .alerts)
        waker = try Waker()
        reader = RecordReader(self.folder, from: position)
        watch = FolderWatch(path: folder)
    }

    /// Behind the last line that was given; nil before the first file.
    package var position: RecordPosition? { reader.position }

    /// Goes to another place.
    package func move(to position: RecordPosition?) {
        reader = RecordReader(folder, from: position)
    }

    /// Gives the next lines to `body`, each without its line feed, as long as it says that
    /// it takes more.
    ///
    /// - Throws: ``AlertStoreError``; the follower can be asked again.
    package func next(_ body: (Span<UInt8>) -> Bool) throws(AlertStoreError) -> Outcome {
        switch try reader.next(body) {
        case .lines: .lines
        case .atEnd: .atEnd
        case .foreign: .foreign
        }
    }

    /// Returns when there may be more, or after the time; also for no reason.
    package func wait(milliseconds: Int) {
        watch.wait(milliseconds: milliseconds, orUntilReadable: waker.bell.descriptor)
        waker.bell.answer()
    }

    /// The place behind all whole lines that there are; nil without any file.
    ///
    /// Cost: reads the newest file when that is compressed already.
    package static func end(of path: String) throws(AlertStoreError) -> RecordPosition? {
        let folder = AlertFolder(path: path, kind: .alerts)
        guard let last = try folder.datedFiles().last else { return nil }
        let name = last.plain.relativePath
        guard !last.isCompressed else {
            var reader = RecordReader(folder, from: RecordPosition(file: name, offset: 0, tail: []))
            while try reader.next({ _ in true }) == .lines {}
            return reader.position
        }
        let file = try OpenFile(path: folder.path(of: last), flags: O_RDONLY)
        let end = try file.endOfLine(before: file.status().size)
        let tail = try file.bytes(max(0, end - RecordPosition.tailBytes)..<end)
        return RecordPosition(file: name, offset: end, tail: tail)
    }
}
