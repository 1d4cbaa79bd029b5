// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Fleet
import Glibc
import Synchronization

/// A folder that is there as long as the value.
final class ScratchFolder: Sendable {
    let path: String

    init() {
        path = "/tmp/jaga-fleet-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        mkdir(path, 0o700)
    }

    deinit {
        for name in [
            "authority.key", "authority.pem", "authority.lock", "fleet.json", "fleet.json.lock",
            "presence.json", "agent.json",
        ] { unlink(path + "/" + name) }
        rmdir(path)
    }
}

/// A manager's port on loopback, with everything that it needs.
struct TestManager: Sendable {
    static let startSeconds: Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }()

    let folder = ScratchFolder()
    let file: FleetFile
    let authority: Authority
    let registry: AgentRegistry
    let notices = Box<[AgentRegistry.Notice]>([])
    let arrivals = Box<[Arrival]>([])
    let skew = Box<Int64>(0)
    let commands: CommandDesk

    init(commandLimits: CommandDesk.Limits = .init()) throws {
        commands = CommandDesk(limits: commandLimits)
        file = FleetFile(folder: folder.path)
        authority = try Authority(folder: folder.path, at: Self.startSeconds)
        let (notices, skew) = (notices, skew)
        registry = AgentRegistry(
            file: file,
            presences: [:],
            now: { Self.now() + skew.value },
            tell: { notice in notices.change { $0.append(notice) } }
        )
        try registry.refresh()
    }

    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Runs `body` with the port's number while the manager serves.
    func serve(
        names: [String] = ["127.0.0.1", "localhost"],
        limits: FleetServerConfiguration.Limits = .init(),
        take: (@Sendable (Arrival) async throws -> UInt64)? = nil,
        _ body: @escaping @Sendable (ManagerAddress) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var configuration = FleetServerConfiguration(host: "127.0.0.1", port: 0, names: names)
        configuration.limits = limits
        let (arrivals, skew) = (arrivals, skew)
        let services = FleetServices(
            authority: authority,
            registry: registry,
            commands: commands,
            take: { arrival in
                arrivals.change { $0.append(arrival) }
                return try await take?(arrival) ?? arrival.end
            },
            now: { Self.now() + skew.value }
        )
        let server = FleetServer(configuration, services: services)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port.yield($0) } }
            group.addTask {
                for await number in ports {
                    try await body(ManagerAddress(host: "127.0.0.1", port: number))
                    return
                }
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Makes a token as the command line does.
    func token(
        for manager: ManagerAddress,
        group: String = "web",
        expiresIn milliseconds: Int64 = 60_000
    ) throws -> EnrolmentToken {
        let token = EnrolmentToken(
            manager: manager.description,
            fingerprint: authority.fingerprint,
            expires: Self.now() + milliseconds
        )
        try file.update { contents in
            try contents.add(token.kept(groups: [group]), at: Self.now())
        }
        return token
    }

    /// Enrols an agent.
    func enrol(_ name: String, at manager: ManagerAddress) async throws -> AgentIdentityFile {
        try await Enroller(manager, try token(for: manager), now: Self.now).enrol(name)
    }
}

/// A value that several tasks share.
final class Box<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ value: Value) {
        content = Mutex(value)
    }

    var value: Value { content.withLock { $0 } }

    func change(_ body: (inout Value) -> Void) {
        content.withLock { body(&$0) }
    }

    /// Waits until the value is as wanted; false after ten seconds.
    func becomes(_ isWanted: @Sendable (Value) -> Bool) async -> Bool {
        for _ in 0..<1_000 {
            if isWanted(value) { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// Hooks of an agent that only looks.
struct TestAgent: Sendable {
    let kept = Box<[AgentIdentityFile]>([])
    let restarts = Box<Int>(0)
    let said = Box<[String]>([])
    var perform: @Sendable (FleetCommand) async -> FleetCommandResult = { command in
        .failed("this agent does not know \(command.kind.rawValue)")
    }

    var hooks: AgentLink.Hooks {
        AgentLink.Hooks(
            telling: {
                var telling = AgentRegistry.Telling()
                telling.version = "0.1.0"
                telling.waitingEvents = 7
                return telling
            },
            keep: { identity in kept.change { $0.append(identity) } },
            restart: { restarts.change { $0 += 1 } },
            perform: perform,
            notice: { text, _ in said.change { $0.append(text) } },
            now: TestManager.now
        )
    }
}
