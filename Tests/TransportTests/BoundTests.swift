// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing
import Transport

/// The bounds of around-the-engine.md §5.15, each with what would happen without it.
@Suite("bounds of a manager", .enabled(if: Peer.canRun, "python3 is missing"))
struct BoundTests {
    /// Connections of a peer that knows no key.
    private final class Strangers: Sendable {
        private let sockets: [Int32]
        private let isBegun = Mutex(false)

        /// Opens connections, which the kernel accepts whatever the manager does then.
        init(_ count: Int, port: Int) throws {
            sockets = (0..<count).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
            for descriptor in sockets {
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
                address.sin_port = UInt16(port).bigEndian
                let isConnected = withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
                guard isConnected else { throw TestFailure("cannot connect") }
            }
        }

        /// Sends a byte over each; how many still take it.
        ///
        /// They are the beginning of a frame of 200 bytes.
        func drip() -> Int {
            let byte = isBegun.withLock { isBegun -> UInt8 in
                defer { isBegun = true }
                return isBegun ? 0 : 200
            }
            return sockets.count { send($0, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 }
        }

        deinit { for descriptor in sockets { close(descriptor) } }
    }

    @Test("who sends a byte now and then is cut off like who sends none")
    func slowloris() async throws {
        // A deadline that each byte moves would let anyone hold all connections for ever.
        let manager = try await RunningManager.start { $0.limits.handshake = .milliseconds(300) }
        let slow = try Strangers(20, port: manager.ports.streamPort ?? 0)

        #expect(await eventually { slow.drip() == 0 })

        #expect(manager.manager.tally[.handshakesMissed] == 20)
        #expect(
            await eventually {
                // A busy machine may take longer than the limit to say a first word.
                (try? await manager.agent(ManagerTests.startup, "recv")) == [ManagerTests.ack]
            }
        )
        try await manager.end()
    }

    @Test("strangers at the limit of their address keep nobody out who is in")
    func strangers() async throws {
        // A limit for all would let one address lock out every agent.
        let manager = try await RunningManager.start { $0.limits.connectionsPerAddress = 50 }
        async let seen = manager.agent(
            ManagerTests.startup,
            "recv",
            ManagerTests.keepAlive,
            "recv",
            "recv"
        )
        #expect(await eventually { manager.state("001") == .active })

        let strangers = try Strangers(80, port: manager.ports.streamPort ?? 0)

        #expect(await eventually { manager.manager.tally[.refusedConnections] == 31 })
        #expect(strangers.drip() > 0)
        try manager.manager.reconnect("001")
        #expect(try await seen.last == ##""#!-force_reconnect""##)
        try await manager.end()
    }

    @Test("who connects to enrol and says nothing, or no TLS, is cut off")
    func silentEnrolment() async throws {
        // Handshakes that never end would use up the 999 places.
        let manager = try await RunningManager.start {
            $0.limits.enrolmentTime = .milliseconds(300)
        }
        let port = manager.ports.enrolmentPort ?? 0
        let silent = try Strangers(10, port: port)

        #expect(await eventually { manager.manager.tally[.enrolmentsBroken] == 10 })
        let wild = try Strangers(10, port: port)
        #expect(await eventually { wild.drip() == 0 })

        // The first byte to a peer that has closed is taken, and answered with a reset.
        #expect(await eventually { silent.drip() == 0 })
        let tries = Mutex(0)
        #expect(
            await eventually {
                // A busy machine may take longer than the limit. Each try has a name of its own:
                // one may have been given a key that it did not get to read.
                let name = "web-\(tries.withLock { $0 += 1; return $0 })"
                let reply = try? await manager.enrol("OSSEC A:'\(name)'")
                return reply?.first?.contains(name) == true
            }
        )
        try await manager.end()
    }

    @Test("one address has so many places to enrol and no more")
    func enrolmentCap() async throws {
        // Else a loop on one host would keep all others from enrolling.
        let manager = try await RunningManager.start { $0.limits.enrolmentsPerAddress = 5 }
        let strangers = try Strangers(9, port: manager.ports.enrolmentPort ?? 0)

        #expect(await eventually { manager.manager.tally[.refusedConnections] == 4 })

        withExtendedLifetime(strangers) {}
        try await manager.end()
    }

    @Test("a request to enrol that never ends is cut off at its limit")
    func endlessRequest() async throws {
        // The line is kept until its end comes: without a limit it is all our memory.
        let manager = try await RunningManager.start()
        let long = String(repeating: "x", count: 100_000)

        let reply = try? await manager.enrol("OSSEC A:'" + long)

        #expect(reply == nil || reply == [##""""##])
        #expect(manager.manager.tally[.enrolmentsBroken] >= 1)
        try await manager.end()
    }

    @Test(
        "an id of more than eight digits, or of none, is no packet",
        arguments: ["!123456789!#AES:", "!!#AES:", "!1a!#AES:", "!1", "!", "#AES:", ":", ""]
    )
    func ids(_ text: String) async throws {
        // An id is looked up and names files: nothing but digits may get so far.
        let manager = try await RunningManager.start()

        let seen = try await manager.agent("raw:" + text.bytes.hex, "closed")

        #expect(seen == [##""closed""##])
        let tally = manager.manager.tally
        #expect(tally[.malformed] + tally[.unknownAgents] + tally[.undecryptable] == 1)
        try await manager.end()
    }

    @Test("an idle connection is closed, and the agent counts as away")
    func idle() async throws {
        // A host that lost its power leaves its connection open for ever.
        let manager = try await RunningManager.start {
            $0.limits.idle = .milliseconds(400)
            $0.periods.reconnection = .zero
        }

        #expect(
            await eventually {
                // A busy machine may take longer than the limit between two words.
                let seen = try? await manager.agent(
                    ManagerTests.startup,
                    "recv",
                    ManagerTests.keepAlive,
                    "recv",
                    "closed"
                )
                return seen?.last == ##""closed""##
            }
        )
        #expect(manager.manager.tally[.idleConnections] >= 1)
        #expect(await eventually { manager.state("001") == .disconnected })
        try await manager.end()
    }
}
