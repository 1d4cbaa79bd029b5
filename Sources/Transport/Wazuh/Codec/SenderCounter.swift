// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Hands out the numbers of sent messages, none of them twice, also not after a
/// crash.
///
/// The file is written once in about ten thousand messages: it says from where a
/// next start may count on, which is ahead of what was used.
package final class SenderCounter: Sendable {
    private struct State {
        var last: MessageCounter
        /// Numbers below this are promised to nobody else.
        var reserved: UInt32
    }

    private let state: Mutex<State>
    private let file: CounterFile?

    /// Counts from zero, and keeps nothing.
    package init() {
        state = Mutex(State(last: MessageCounter(), reserved: .max))
        file = nil
    }

    /// Goes on from where the file says; it blocks.
    ///
    /// - Throws: ``TransportError`` `keyFile` when the file cannot be written.
    package init(file: CounterFile) throws {
        let start = file.read()
        let last = start ?? MessageCounter()
        self.file = file
        state = Mutex(State(last: last, reserved: last.global &+ 2))
        try file.write(MessageCounter(global: last.global &+ 2, local: 0))
    }

    /// The next message's number, and whether ``reserve()`` should be called
    /// soon, from a thread that may block.
    package func next() -> (counter: MessageCounter, wantsReserve: Bool) {
        state.withLock { state in
            state.last.advance()
            return (state.last, state.last.global &+ 1 >= state.reserved)
        }
    }

    /// Writes down that a further block of numbers is taken; it blocks.
    ///
    /// - Throws: ``TransportError`` `keyFile`; counting goes on.
    package func reserve() throws {
        guard let file else { return }
        let wanted = state.withLock { state -> UInt32? in
            guard state.last.global &+ 1 >= state.reserved else { return nil }
            state.reserved = state.last.global &+ 2
            return state.reserved
        }
        if let wanted { try file.write(MessageCounter(global: wanted, local: 0)) }
    }

    /// Writes down the exact number, for an end in good order; it blocks.
    ///
    /// - Throws: ``TransportError`` `keyFile`; the block reserved before holds.
    package func close() throws {
        let last = state.withLock { $0.last }
        try file?.write(last)
    }
}

/// A file that holds a counter: `queue/rids/sender_counter`, `queue/rids/ID`.
package struct CounterFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The counter; nil when there is no file, or it says nothing.
    package func read() -> MessageCounter? {
        guard let bytes = try? SmallFile.read(path, limit: 64) else { return nil }
        return MessageCounter(file: String(decoding: bytes, as: UTF8.self))
    }

    /// Replaces the file.
    ///
    /// - Throws: ``TransportError`` `keyFile`.
    package func write(_ counter: MessageCounter) throws {
        try SmallFile.replace(path, with: Array(counter.fileText.utf8), mode: 0o640)
    }
}
