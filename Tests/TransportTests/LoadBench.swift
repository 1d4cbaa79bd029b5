// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing
import Transport

/// Many agents at once; run with `JAGA_BENCH=agents`, both sides in one process.
@Suite(
    "load of many agents",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["JAGA_BENCH"] == "agents", "a benchmark")
)
struct LoadBench {
    private static let count = 1_000

    @Test("a storm of enrolment, as many connections, and events from all of them")
    func storm() async throws {
        let folder = try TemporaryFolder()
        let manager = try await RunningManager.start(folder)
        let clock = ContinuousClock()

        var keys: [AgentKey] = []
        let enrolling = try await clock.measure { keys = try await Self.enrol(manager) }
        print("enrolled \(keys.count) agents in \(enrolling)")
        #expect(Set(keys.map(\.id)).count == Self.count)

        let before = Self.residentBytes()
        var agents: [LoadAgent] = []
        let connecting = try await clock.measure {
            for key in keys {
                agents.append(try await LoadAgent(key, manager.ports.streamPort ?? 0))
            }
            #expect(await eventually { manager.manager.tally[.keepAlives] >= Self.count })
        }
        let after = Self.residentBytes()
        let each = (after - before) / Self.count
        print("connected \(agents.count) in \(connecting), \(each) bytes an agent on both sides")
        #expect(manager.manager.directory.agents.count { $0.state == .active } == Self.count)

        let rounds = 20
        let sending = await clock.measure {
            for round in 0..<rounds {
                for agent in agents { agent.say("1:/var/log/app.log:event \(round) of this agent") }
            }
            #expect(await eventually { manager.eventLines.count >= rounds * Self.count })
        }
        print("\(rounds * Self.count) events in \(sending)")
        for agent in agents { agent.close() }
        try await manager.end()
    }

    /// All ask at once, a hundred at a time.
    private static func enrol(_ manager: RunningManager) async throws -> [AgentKey] {
        let port = manager.ports.enrolmentPort ?? 0
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.certificateVerification = .none
        let context = try NIOSSLContext(configuration: settings)
        return try await withThrowingTaskGroup(of: AgentKey.self) { tasks in
            var keys: [AgentKey] = []
            for number in 0..<count {
                if number >= 100, let key = try await tasks.next() { keys.append(key) }
                tasks.addTask { try await enrol("load-\(number)", port, context) }
            }
            for try await key in tasks { keys.append(key) }
            return keys
        }
    }

    private static func enrol(
        _ name: String,
        _ port: Int,
        _ context: NIOSSLContext
    ) async throws -> AgentKey {
        let answer = Answer()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandlers([tls, Collector(answer)])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: "OSSEC A:'\(name)'\n"))
        try await channel.closeFuture.get()
        guard case .enrolled(let key) = EnrolmentReply(answer.bytes.withLock { $0 }[...]) else {
            throw TestFailure("\(name) got no key")
        }
        return key
    }

    private final class Answer: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: Answer

        init(_ answer: Answer) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            answer.bytes.withLock { $0 += bytes }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let fields = text.split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// The least that is an agent: it starts, keeps alive once, and says what it is told to.
private final class LoadAgent: Sendable {
    private let channel: any Channel
    private let cipher: PacketCipher
    private let key: AgentKey
    private let counter = Mutex(MessageCounter())

    init(_ key: AgentKey, _ port: Int) async throws {
        self.key = key
        cipher = PacketCipher(id: key.id, name: key.name, key: key.key)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        say(Vectors.body)
        say("#!-\(KeepAliveTests.uname)\nx merged.mg\n")
    }

    func say(_ body: String) {
        let number = counter.withLock { counter in
            counter.advance()
            return counter
        }
        guard
            let sealed = SealedMessage.seal(
                body.bytes,
                counter: number,
                random: 1,
                with: cipher,
                by: .aes
            )
        else { return }
        let packet = Packet.render(agentID: key.id, method: .aes, ciphertext: sealed)
        channel.writeAndFlush(FrameReader.frame(packet), promise: nil)
    }

    func close() {
        channel.close(promise: nil)
    }
}
