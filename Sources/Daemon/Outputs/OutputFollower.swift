// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import FoundationEssentials
import Outputs

/// Brings what is in the record of alerts into the queues of outputs.
///
/// The record is the truth: nothing is handed over by the engine, so nothing is lost between
/// the two, and the engine never waits. The place in the record and the number of lines up
/// to it are kept; what was queued behind a kept place is recognised by its number.
final class OutputFollower: Sendable {
    /// How far the record was read.
    struct Place: Codable, Sendable {
        var file: String?
        var offset = 0
        var tail: [UInt8] = []
        /// The number of the last line that was read.
        var serial: UInt64 = 0

        var position: RecordPosition? {
            file.map { RecordPosition(file: $0, offset: offset, tail: tail) }
        }

        init(_ position: RecordPosition?, serial: UInt64) {
            file = position?.file
            offset = position?.offset ?? 0
            tail = position?.tail ?? []
            self.serial = serial
        }
    }

    private static let pauseMilliseconds = 1_000
    private static let troublePauseMilliseconds = 2_000

    private let path: String
    private let folder: String
    private let hub: OutputHub
    private let notice: @Sendable (OperatorNotice) -> Void
    private let waker: AlertFollower.Waker
    private let handover: Handover<Work>

    private struct Work {
        let follower: AlertFollower
        let slot: SlotFile
        var place: Place
    }

    /// - Throws: `OutputError` `queue`; `AlertStoreError`.
    init(
        _ data: DataFolder,
        _ start: OutputStart,
        _ hub: OutputHub,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) throws {
        path = data.outputPlace
        folder = data.alerts
        self.hub = hub
        self.notice = notice
        let follower = try AlertFollower(folder: data.alerts, from: start.place.position)
        waker = follower.waker
        let slot = try SlotFile(path: path)
        var place = start.place
        if !start.isKept {
            // Queues of an earlier time may be there; their numbers are not used again.
            place.serial = hub.highestSerial
            try slot.write([UInt8](JSONEncoder().encode(place)), syncs: true)
        }
        handover = Handover(Work(follower: follower, slot: slot, place: place))
    }

    /// Says that the record has grown; cheap, from any thread.
    func wake() { waker.wake() }

    /// Ends ``run()`` soon.
    func stop() { waker.stop() }

    /// Follows until ``stop()`` is called; it blocks its thread.
    func run() {
        guard var work = handover.take() else { return }
        var trouble: String?
        while !waker.isStopped {
            do {
                let isMore = try step(&work)
                if trouble != nil { notice(.output("alerts go to outputs again", false)) }
                trouble = nil
                if !isMore { work.follower.wait(milliseconds: Self.pauseMilliseconds) }
            } catch {
                let text = "alerts wait for their outputs: \(error)"
                if text != trouble { notice(.output(text, true)) }
                trouble = text
                work.follower.move(to: work.place.position)
                work.follower.wait(milliseconds: Self.troublePauseMilliseconds)
            }
        }
    }

    /// Reads on, queues, and keeps the place.
    ///
    /// - Returns: Whether there may be more.
    private func step(_ work: inout Work) throws -> Bool {
        var serial = work.place.serial
        var failure: (any Error)?
        let outcome = try work.follower.next { line in
            serial += 1
            do {
                try hub.take(line, serial: serial)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        if outcome == .foreign {
            notice(.output("the record of alerts is another one; outputs go on at its end", true))
            work.follower.move(to: try AlertFollower.end(of: folder))
        }
        if serial != work.place.serial || outcome == .foreign {
            try hub.commit()
            let place = Place(work.follower.position, serial: serial)
            // Written after what was queued is safe; an older one costs reading again.
            try work.slot.write([UInt8](JSONEncoder().encode(place)), syncs: false)
            work.place = place
        }
        return outcome == .lines
    }
}

/// Where the feed of outputs begins: at the kept place, or at the end of the record.
struct OutputStart: Sendable {
    let place: OutputFollower.Place
    /// Whether there was one.
    let isKept: Bool

    /// - Throws: `OutputError` `queue`; `AlertStoreError`.
    init(_ data: DataFolder) throws {
        let kept = try SlotFile(path: data.outputPlace).content.flatMap { bytes in
            // One of another version is as none: outputs begin at the end.
            try? JSONDecoder().decode(OutputFollower.Place.self, from: Data(bytes))
        }
        isKept = kept != nil
        place =
            try kept ?? OutputFollower.Place(AlertFollower.end(of: data.alerts), serial: 0)
    }
}
