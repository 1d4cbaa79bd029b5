// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A Docker engine that answers what a test tells it to.
///
/// Listens on a unix socket or on a port of the loopback, speaks HTTP/1.1 with
/// plain sockets and threads, one request for each connection. Paths are
/// scripted without the API version and query: `/containers/json`. What is not
/// scripted is answered with 404 in the engine's words.
///
/// ```swift
/// let engine = try ScriptedDockerEngine(at: .unix(path: folder + "/docker.sock"))
/// defer { engine.stop() }
/// let events = ScriptedStream()
/// engine.answer("/events", with: .stream(events))
/// events.send(#"{"Type":"container","Action":"start"}"# + "\n")
/// events.end()
/// ```
package final class ScriptedDockerEngine: Sendable {
    package enum Address: Sendable, Hashable {
        case unix(path: String)
        /// On 127.0.0.1, at a port that the kernel picks.
        case loopback
    }

    /// What a request asked for: `GET /v1.41/events?since=1`.
    package struct Request: Sendable, Hashable {
        package let method: String
        /// Path and query, as sent.
        package let target: String
        /// Names in lower case.
        package let headers: [String: String]
        /// As far as `Content-Length` says that there is one.
        package let body: String

        /// Without API version and query: what answers are scripted for.
        ///
        /// A question for past events alone is `/events?until`.
        package var path: String {
            let path = target.prefix { $0 != "?" }
            let past = path.hasSuffix("/events") && target.contains("until=") ? "?until" : ""
            guard path.hasPrefix("/v1."), let slash = path.dropFirst().firstIndex(of: "/") else {
                return String(path) + past
            }
            return String(path[slash...]) + past
        }
    }

    /// Each request when its head has been read, for a test to await.
    package let requests: AsyncStream<Request>

    private let address: Address
    private let arrivals: AsyncStream<Request>.Continuation
    private let state = Mutex(State())

    private struct State {
        var listener: Int32?
        var port: UInt16 = 0
        var answers: [String: ScriptedAnswer] = [:]
        var queued: [String: [ScriptedAnswer]] = [:]
        var streams: [ScriptedStream] = []
        var seen: [Request] = []
    }

    /// Begins to listen.
    package init(at address: Address) throws {
        self.address = address
        (requests, arrivals) = AsyncStream.makeStream()
        try start()
    }

    /// The port on the loopback; 0 on a unix socket.
    package var port: UInt16 { state.withLock { $0.port } }

    /// All requests so far, in the order in which they came.
    package var seen: [Request] { state.withLock { $0.seen } }

    /// Sets what every request for `path` gets from now on.
    package func answer(_ path: String, with answer: ScriptedAnswer) {
        state.withLock { $0.answers[path] = answer }
    }

    /// Adds what the next requests for `path` get, one each, before the
    /// lasting answer.
    package func enqueue(_ path: String, _ answers: ScriptedAnswer...) {
        state.withLock { $0.queued[path, default: []] += answers }
    }

    /// Listens again after ``stop()``, at the same path or port.
    package func start() throws {
        let (descriptor, port) = try ScriptedSocket.listen(at: address, port: port)
        state.withLock { state in
            state.listener = descriptor
            state.port = port
        }
        startThread { [self] in
            while let connection = ScriptedSocket.accept(on: descriptor) {
                startThread { [self] in serve(connection) }
            }
            close(descriptor)
        }
    }

    /// Goes away like an engine that is stopped: the socket's file vanishes,
    /// open streams break.
    package func stop() {
        let (descriptor, streams) = state.withLock { state in
            defer {
                state.listener = nil
                state.streams = []
            }
            return (state.listener, state.streams)
        }
        guard let descriptor else { return }
        if case .unix(let path) = address { unlink(path) }
        // Wakes the thread in accept(2), which then closes it.
        shutdown(descriptor, Int32(SHUT_RDWR))
        for stream in streams { stream.drop() }
    }

    private func serve(_ connection: Int32) {
        guard let request = ScriptedSocket.readRequest(from: connection) else {
            close(connection)
            return
        }
        let answer = state.withLock { state -> ScriptedAnswer in
            let path = request.path
            state.seen.append(request)
            if state.queued[path]?.isEmpty == false {
                return state.queued[path]?.removeFirst() ?? .notFound
            }
            return state.answers[path] ?? .notFound
        }
        arrivals.yield(request)
        switch answer.body {
        case .stream(let stream):
            state.withLock { $0.streams.append(stream) }
            stream.attach(connection, head: answer.head)
        case .chunks(let chunks):
            let stream = ScriptedStream()
            for chunk in chunks { stream.send(chunk) }
            stream.end()
            stream.attach(connection, head: answer.head)
        case .silence:
            // Held open by a stream that nobody ends but stop().
            let stream = ScriptedStream()
            state.withLock { $0.streams.append(stream) }
            stream.attach(connection, head: [])
        }
    }
}

/// Runs `body` on a thread of its own.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let result = pthread_create(
        &thread,
        nil,
        { pointer in
            guard let pointer else { return nil }
            Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
            return nil
        },
        box.toOpaque()
    )
    precondition(result == 0, "the scripted engine cannot start a thread: error \(result)")
    pthread_detach(thread)
}
