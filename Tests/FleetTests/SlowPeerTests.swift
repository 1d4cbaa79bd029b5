// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet
import Glibc
import Testing

@Suite("Peers that hold connections")
struct SlowPeerTests {
    // Otherwise anyone could keep agents out by connecting alone.
    @Test("a connection that says nothing is closed, and agents work meanwhile")
    func silent() async throws {
        let manager = try TestManager()
        var limits = FleetServerConfiguration.Limits()
        limits.silence = .seconds(1)

        try await manager.serve(limits: limits) { address in
            let peers = try (0..<50).map { _ in try RawPeer(port: address.port) }
            _ = try await manager.enrol("web-1", at: address)
            for peer in peers { #expect(await peer.isClosed()) }
        }
    }

    // Each costs memory and a descriptor before anyone knows whose it is.
    @Test("one address cannot have more silent connections than its share")
    func flood() async throws {
        let manager = try TestManager()
        var limits = FleetServerConfiguration.Limits()
        limits.strangers = 20

        try await manager.serve(limits: limits) { address in
            var open = try (0..<40).map { _ in try RawPeer(port: address.port) }
            for _ in 0..<100 where open.count > 20 {
                var left: [RawPeer] = []
                for peer in open where await !peer.isClosed(within: 1) { left.append(peer) }
                open = left
            }
            for peer in open { #expect(await !peer.isClosed(within: 1)) }
            #expect(open.count == 20)
        }
    }

    @Test("an agent that is kept out says why, not that the manager is another")
    func keptOut() async throws {
        let manager = try TestManager()
        var limits = FleetServerConfiguration.Limits()
        limits.strangers = 0

        try await manager.serve(limits: limits) { address in
            let error = await #expect(throws: FleetError.self) {
                _ = try await manager.enrol("web-1", at: address)
            }
            #expect(error?.code == .connection)
        }
    }

    @Test("a connection that asks for nothing in time is closed")
    func handshake() async throws {
        let manager = try TestManager()
        var limits = FleetServerConfiguration.Limits()
        limits.handshake = .seconds(1)

        try await manager.serve(limits: limits) { address in
            let peer = try RawPeer(port: address.port)
            #expect(await peer.isClosed())
            _ = try await manager.enrol("web-1", at: address)
        }
    }

    @Test("a peer that sends a byte now and then is closed like one that sends none")
    func dripping() async throws {
        let manager = try TestManager()
        var limits = FleetServerConfiguration.Limits()
        limits.request = .seconds(1)

        try await manager.serve(limits: limits) { address in
            let peer = try RawPeer(port: address.port)
            // The beginning of a handshake of 512 bytes.
            let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]
            #expect(await peer.isClosed(dripping: hello))
        }
    }
}

/// A TCP connection without anything on it.
private final class RawPeer: Sendable {
    private let descriptor: Int32

    struct Failure: Error {}

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, length)
            }
        }
        guard result == 0 else { throw Failure() }
    }

    deinit { close(descriptor) }

    /// Whether the other side closes within a number of looks, ten a second, whatever is sent,
    /// a byte a look.
    func isClosed(dripping bytes: [UInt8] = [], within looks: Int = 150) async -> Bool {
        var rest = bytes[...]
        for _ in 0..<looks {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 || (count < 0 && errno != EAGAIN) { return true }
            if let byte = rest.popFirst() ?? (bytes.isEmpty ? nil : 0) {
                _ = send(
                    descriptor,
                    [byte],
                    1,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
                )
            }
            // A pause between two looks.
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
