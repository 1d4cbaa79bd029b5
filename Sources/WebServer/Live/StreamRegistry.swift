// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import NIOCore
import Synchronization

/// The streams that are open: counted, kept alive, ended with their callers'
/// sessions and with the server.
final class StreamRegistry: Sendable {
    /// How many streams there may be.
    static let limit = 200
    /// Heartbeats after which a client that takes nothing is given up.
    private static let patience = 8

    private struct Entry {
        let mailbox: EventMailbox?
        let caller: Caller?
        let channel: any Channel
        /// Writes that ended, now and at the last heartbeat, and for how many
        /// heartbeats there was no other.
        var writes = 0
        var writesSeen = -1
        var stalled = 0
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextID = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.entries.count } }

    /// Takes a place; nil when all are taken or the server ends.
    func enter(_ mailbox: EventMailbox?, _ caller: Caller?, _ channel: any Channel) -> Int? {
        state.withLock { state in
            guard !state.isClosed, state.entries.count < Self.limit else { return nil }
            state.nextID += 1
            state.entries[state.nextID] = Entry(mailbox: mailbox, caller: caller, channel: channel)
            return state.nextID
        }
    }

    func leave(_ id: Int) {
        state.withLock { $0.entries[id] = nil }
    }

    /// Notes that the client took something.
    func progress(_ id: Int) {
        state.withLock { $0.entries[id]?.writes &+= 1 }
    }

    /// Makes all streams give a sign of life; those whose callers are not
    /// signed in any more end, and those that take nothing for long.
    func beat(isCurrent: @Sendable (Caller) async -> Bool) async {
        let entries = state.withLock { $0.entries }
        for (id, entry) in entries {
            if let caller = entry.caller, await !isCurrent(caller) {
                end(entry)
                continue
            }
            entry.mailbox?.beat()
            if hasStalled(id) { entry.channel.close(promise: nil) }
        }
    }

    /// Ends the streams of a caller who signs out.
    func close(_ proof: Caller.Proof) {
        let ended = state.withLock { $0.entries.values.filter { $0.caller?.proof == proof } }
        for entry in ended { end(entry) }
    }

    /// Ends all streams; none begins any more.
    func closeAll() {
        let entries = state.withLock { state in
            state.isClosed = true
            return Array(state.entries.values)
        }
        for entry in entries { end(entry) }
    }

    private func hasStalled(_ id: Int) -> Bool {
        state.withLock { state in
            guard var entry = state.entries[id] else { return false }
            entry.stalled = entry.writes == entry.writesSeen ? entry.stalled + 1 : 0
            entry.writesSeen = entry.writes
            state.entries[id] = entry
            return entry.stalled >= Self.patience
        }
    }

    /// A stream of events ends after what waits; a file that is being sent ends
    /// in the middle, so that nobody takes it for whole.
    private func end(_ entry: Entry) {
        if let mailbox = entry.mailbox {
            mailbox.close()
        } else {
            entry.channel.close(promise: nil)
        }
    }
}
