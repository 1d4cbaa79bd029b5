// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// The body of one answer, sent by a test while the connection is open.
///
/// Nothing here waits: what is sent goes out in order, as fast as the client
/// takes it, and what is sent before the request came waits for it. Serves
/// one connection.
package final class ScriptedStream: Sendable {
    /// All writing happens here, so a slow client holds up no test.
    private let queue = DispatchQueue(label: "scripted-stream")
    private let state = Mutex(State())

    private struct State {
        var connection: Int32?
        var waiting: [UInt8] = []
        var isAttached = false
        var hasEnded = false
    }

    package init() {}

    /// Sends one chunk of HTTP.
    package func send(_ text: String) {
        send([UInt8](text.utf8))
    }

    /// Sends one chunk of HTTP; nothing when it is empty, which would end it.
    package func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let head = [UInt8]((String(bytes.count, radix: 16) + "\r\n").utf8)
        queue.async { self.write(head + bytes + [0x0D, 0x0A]) }
    }

    /// Ends the body in good order.
    package func end() {
        queue.async {
            self.write([UInt8]("0\r\n\r\n".utf8))
            self.close()
        }
    }

    /// Breaks the connection off, also where it is being written to.
    package func drop() {
        state.withLock { state in
            if let connection = state.connection { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        queue.async { self.close() }
    }

    /// Takes over a connection; a second one is closed at once.
    func attach(_ connection: Int32, head: [UInt8]) {
        let isFirst = state.withLock { state in
            defer { state.isAttached = true }
            return !state.isAttached
        }
        guard isFirst else {
            Glibc.close(connection)
            return
        }
        queue.async {
            let waiting = self.state.withLock { state in
                state.connection = connection
                return state.waiting
            }
            ScriptedSocket.send(head + waiting, to: connection)
            if self.state.withLock({ $0.hasEnded }) { self.close() }
        }
    }

    private func write(_ bytes: [UInt8]) {
        let connection = state.withLock { state -> Int32? in
            if !state.hasEnded, state.connection == nil { state.waiting += bytes }
            return state.hasEnded ? nil : state.connection
        }
        if let connection { ScriptedSocket.send(bytes, to: connection) }
    }

    private func close() {
        let connection = state.withLock { state -> Int32? in
            state.hasEnded = true
            defer { state.connection = nil }
            return state.connection
        }
        guard let connection else { return }
        shutdown(connection, Int32(SHUT_RDWR))
        Glibc.close(connection)
    }
}
