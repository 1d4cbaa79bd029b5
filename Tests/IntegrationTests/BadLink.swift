// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization
import Testing

/// A link between two programs that is slow, silent or broken when a test says so: for
/// kernels that cannot (tc netem).
final class BadLink: Sendable {
    enum State: Sendable, Equatable {
        case good
        /// What comes goes on so many milliseconds later.
        case slow(milliseconds: UInt32)
        /// Connections stand and are taken, and nothing passes.
        case silent
        /// Connections are broken, and new ones too.
        case broken
    }

    /// Both ends of a connection; closed when nobody has it any more.
    private final class Pair: Sendable {
        let near: Int32
        let far: Int32

        init(near: Int32, far: Int32) {
            self.near = near
            self.far = far
        }

        deinit {
            close(near)
            close(far)
        }

        func shut() {
            shutdown(near, Int32(SHUT_RDWR))
            shutdown(far, Int32(SHUT_RDWR))
        }
    }

    private struct Shared {
        var state = State.good
        var pairs: [ObjectIdentifier: Pair] = [:]
        var isEnded = false
        /// Connections so far.
        var connections = 0
    }

    let port: Int
    private let target: Int
    private let listener: Int32
    private let shared = Mutex(Shared())

    /// Leads to a port of loopback.
    init(to target: Int) throws {
        self.target = target
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        let port = Self.withAddress(0) { bind(listener, $0, $1) } == 0 ? Self.port(listener) : 0
        self.port = port
        try #require(port > 0 && listen(listener, 64) == 0)
        Thread.detachNewThread { [weak self] in
            while true {
                let near = accept(listener, nil, nil)
                guard near >= 0, let self else { return }
                self.take(near)
            }
        }
    }

    deinit { close(listener) }

    var connections: Int { shared.withLock { $0.connections } }

    func become(_ state: State) {
        let broken = shared.withLock { shared -> [Pair] in
            shared.state = state
            guard state == .broken else { return [] }
            defer { shared.pairs = [:] }
            return Array(shared.pairs.values)
        }
        for pair in broken { pair.shut() }
    }

    /// Ends all connections, and takes no more.
    func end() {
        shared.withLock { $0.isEnded = true }
        become(.broken)
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func take(_ near: Int32) {
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let pair = Pair(near: near, far: far)
        let isGood = shared.withLock { $0.state != .broken }
        guard isGood, Self.withAddress(target, { connect(far, $0, $1) }) == 0 else { return }
        shared.withLock { shared in
            shared.connections += 1
            shared.pairs[ObjectIdentifier(pair)] = pair
        }
        for (from, to) in [(near, far), (far, near)] {
            Thread.detachNewThread { [self] in
                carry(from, to)
                pair.shut()
                shared.withLock { $0.pairs[ObjectIdentifier(pair)] = nil }
            }
        }
    }

    private func carry(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0, mayPass() else { return }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return }
                rest = rest.dropFirst(sent)
            }
        }
    }

    /// Waits as the state has it; false when the connection is to end.
    private func mayPass() -> Bool {
        if case .slow(let milliseconds) = shared.withLock({ $0.state }) {
            usleep(milliseconds * 1_000)
        }
        while true {
            let (state, isEnded) = shared.withLock { ($0.state, $0.isEnded) }
            if isEnded || state == .broken { return false }
            if state != .silent { return true }
            usleep(20_000)
        }
    }

    private static func withAddress<Result>(
        _ port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func port(_ descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return result == 0 ? Int(UInt16(bigEndian: address.sin_port)) : 0
    }
}
