// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc
import Synchronization
import Transport

/// An agent that runs in a folder of its own.
final class RunningAgent: Sendable {
    let folder: TemporaryFolder
    let agent: WazuhAgent
    private let received: Received
    private let acknowledgedBatches = Mutex<[Int]>([])
    private let task = Mutex<Task<Void, any Error>?>(nil)

    private final class Received: Sendable {
        let commands = Mutex<[ManagerCommand]>([])
    }

    /// Starts one that reports to these ports of 127.0.0.1.
    init(
        _ ports: [Int],
        folder: TemporaryFolder? = nil,
        key: String? = Vectors.keyLine,
        change: (inout ClientConfiguration) -> Void = { _ in }
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        if let key { try self.folder.write(key + "\n", to: "etc/client.keys") }
        var configuration = ClientConfiguration(
            servers: ports.map {
                .init(host: "127.0.0.1", port: $0, maxRetries: 2, retryInterval: .milliseconds(20))
            },
            root: self.folder.path,
            uname: KeepAliveTests.uname,
            version: "v4.14.7"
        )
        change(&configuration)
        let agent = WazuhAgent(configuration)
        self.agent = agent
        let received = Received()
        self.received = received
        task.withLock { task in
            task = Task {
                try await agent.run(
                    receive: { command in received.commands.withLock { $0.append(command) } },
                    answer: { target, payload in
                        Array("ok {\"asked\":\"\(target) \(payload.text)\"}".utf8)
                    }
                )
            }
        }
    }

    var commands: [ManagerCommand] { received.commands.withLock { $0 } }
    /// The numbers of the batches that a manager has, in the order in which it said so.
    var acknowledged: [Int] { acknowledgedBatches.withLock { $0 } }

    /// Hands over lines as one batch of a number.
    func deliver(_ number: Int, _ lines: String..., location: String = "/var/log/a") async -> Bool {
        var batch = EventBatch()
        let source = EventSource(
            agent: AgentIdentity(id: "000", name: "here"),
            location: location
        )
        for line in lines { batch.append(line.bytes, from: source, at: Timestamp(nanoseconds: 0)) }
        return await agent.deliver(batch) { [weak self] in
            self?.acknowledgedBatches.withLock { $0.append(number) }
        }
    }

    func end() async throws {
        let task = task.withLock { $0 }
        task?.cancel()
        try await task?.value
    }

    deinit { task.withLock { $0?.cancel() } }

    /// A port of 127.0.0.1 on which nothing listens.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard result else { throw TestFailure("no port is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
