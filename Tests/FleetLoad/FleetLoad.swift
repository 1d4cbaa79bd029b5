// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Fleet
import Glibc
import Synchronization

/// Many agents in one process, against a manager that runs on this host.
///
/// ```
/// FleetLoad DATA PORT AGENTS EVENTS_PER_SECOND SECONDS
/// ```
/// DATA is the folder of a manager with `--agents 127.0.0.1:PORT`: tokens are put into its
/// registry as `jaga manager token create` does. Each agent enrols, calls and delivers
/// once a second by the client that `jaga agent` uses. Prints how long the enrolment of
/// all took, what was delivered, how long answers took, and the manager's memory.
@main
final class FleetLoad: Sendable {
    private let folder: String
    private let manager: ManagerAddress
    private let agents: Int
    private let rate: Int
    private let seconds: Int
    private let data: String
    private let tally = Mutex(Tally())

    private struct Tally {
        var waits: [Double] = []
        var events = 0
        var troubles: [String: Int] = [:]
        /// Of the manager, while all work.
        var memory = 0
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let port = Int(arguments[2]), let agents = Int(arguments[3]),
            let rate = Int(arguments[4]), let seconds = Int(arguments[5])
        else {
            print("usage: FleetLoad DATA PORT AGENTS EVENTS_PER_SECOND SECONDS")
            return
        }
        signal(SIGPIPE, SIG_IGN)
        let load = FleetLoad(
            folder: arguments[1] + "/state/fleet",
            manager: ManagerAddress(host: "127.0.0.1", port: port),
            agents: agents,
            rate: rate,
            seconds: seconds,
            data: arguments[1]
        )
        try await load.run()
    }

    private init(
        folder: String,
        manager: ManagerAddress,
        agents: Int,
        rate: Int,
        seconds: Int,
        data: String
    ) {
        self.folder = folder
        self.manager = manager
        self.agents = agents
        self.rate = rate
        self.seconds = seconds
        self.data = data
    }

    private func run() async throws {
        let before = memory()
        let tokens = try makeTokens()
        let clock = ContinuousClock()
        var identities: [AgentIdentityFile] = []
        let storm = try await clock.measure {
            identities = try await enrol(tokens)
        }
        print("\(identities.count) enrolled in \(Self.text(storm.seconds)) s, 32 at a time")
        await withTaskGroup(of: Void.self) { group in
            for (number, identity) in identities.enumerated() {
                group.addTask { [self] in await work(identity, number) }
            }
            group.addTask { [self] in
                // It is not cancelled.
                try? await Task.sleep(for: .seconds(Double(seconds) * 0.9))
                let bytes = memory()
                tally.withLock { $0.memory = bytes }
            }
        }
        report(before)
    }

    // MARK: Enrolment

    private func makeTokens() throws -> [EnrolmentToken] {
        let authority = try Authority(folder: folder, at: Self.now() / 1_000)
        let tokens = (0..<agents).map { _ in
            EnrolmentToken(
                manager: manager.description,
                fingerprint: authority.fingerprint,
                expires: Self.now() + 3_600_000
            )
        }
        try FleetFile(folder: folder).update { contents in
            for token in tokens { try contents.add(token.kept(groups: ["load"]), at: Self.now()) }
        }
        return tokens
    }

    private func enrol(_ tokens: [EnrolmentToken]) async throws -> [AgentIdentityFile] {
        let run = UInt32.random(in: 0 ... .max)
        return try await withThrowingTaskGroup(of: AgentIdentityFile.self) { group in
            var made: [AgentIdentityFile] = []
            for (number, token) in tokens.enumerated() {
                if number >= 32, let next = try await group.next() { made.append(next) }
                group.addTask { [self] in try await enrol(token, "load-\(run)-\(number)") }
            }
            for try await next in group { made.append(next) }
            return made
        }
    }

    private func enrol(_ token: EnrolmentToken, _ name: String) async throws -> AgentIdentityFile {
        while true {
            do {
                return try await Enroller(manager, token, now: Self.now).enrol(name)
            } catch let error as FleetError where error.isRetryable {
                note("\(error.code)")
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    // MARK: Work

    private func work(_ identity: AgentIdentityFile, _ number: Int) async {
        do {
            let link = try AgentLink(
                identity,
                hooks: AgentLink.Hooks(
                    telling: { AgentRegistry.Telling() },
                    keep: { _ in },
                    restart: {},
                    perform: { _ in .failed("a load has no hands") },
                    notice: { [self] text, isTrouble in if isTrouble { note(text) } },
                    now: Self.now
                )
            )
            // Not all in the same moment.
            try await Task.sleep(for: .milliseconds(number % 1_000))
            let calls = Task { await link.run() }
            await deliver(link, number)
            calls.cancel()
            await calls.value
        } catch {
            note("\(error)")
        }
    }

    private func deliver(_ link: AgentLink, _ number: Int) async {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(seconds))
        var next = clock.now
        var sequence: UInt64 = 1
        while next < end, rate > 0 {
            let batch = batch(number, from: sequence)
            sequence += UInt64(rate)
            let shipment = Shipment(
                stream: 1,
                end: sequence,
                content: DeliveryCoding.encode([batch])
            )
            let begin = clock.now
            guard await link.deliver(shipment) != nil else { return }
            let wait = begin.duration(to: clock.now).seconds
            tally.withLock { tally in
                tally.waits.append(wait)
                tally.events += rate
            }
            next = next.advanced(by: .seconds(1))
            // It is not cancelled.
            try? await Task.sleep(until: next, clock: clock)
        }
        // Idle ones only call.
        if rate == 0 { try? await Task.sleep(until: end, clock: clock) }
    }

    private func batch(_ number: Int, from sequence: UInt64) -> EventBatch {
        var batch = EventBatch()
        batch.firstSequence = sequence
        let source = EventSource(
            agent: AgentIdentity(id: "000", name: "load"),
            location: "/var/log/app.log"
        )
        for line in 0..<rate {
            batch.append(
                Array("agent \(number) says \(sequence) \(line): all is well with process 7".utf8),
                from: source,
                at: Timestamp(nanoseconds: Self.now() * 1_000_000)
            )
        }
        return batch
    }

    private func note(_ trouble: String) {
        tally.withLock { $0.troubles[trouble, default: 0] += 1 }
    }

    // MARK: Figures

    private func report(_ before: Int) {
        let tally = tally.withLock { $0 }
        let (waits, during) = (tally.waits.sorted(), tally.memory)
        func at(_ share: Double) -> String {
            guard !waits.isEmpty else { return "-" }
            let index = min(waits.count - 1, Int(Double(waits.count) * share))
            return Self.text(waits[index] * 1_000)
        }
        print(
            "\(tally.events) events delivered and committed in \(seconds) s;"
                + " answers in ms: half \(at(0.5)), 99 of 100 \(at(0.99)), all \(at(1))"
        )
        print(
            "manager: \(before >> 20) MiB before, \(during >> 20) MiB with \(agents) agents,"
                + " \((max(0, during - before) / max(1, agents)) >> 10) KiB an agent"
        )
        for (trouble, count) in tally.troubles.sorted(by: { $0.key < $1.key }) {
            print("trouble, \(count) times: \(trouble)")
        }
    }

    /// Resident bytes of the process that holds the data folder's lock; 0 when none does.
    private func memory() -> Int {
        var status = stat()
        guard stat(data + "/jaga.lock", &status) == 0 else { return 0 }
        for line in Self.lines("/proc/locks") {
            let words = line.split(separator: " ")
            guard words.count > 5, !words.contains("->"),
                words[5].split(separator: ":").last == "\(status.st_ino)"
            else { continue }
            let pages = Self.lines("/proc/\(words[4])/statm").first?.split(separator: " ")
            return (pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4_096
        }
        return 0
    }

    private static func lines(_ path: String) -> [Substring] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
    }

    private static func text(_ value: Double) -> String {
        "\((value * 10).rounded() / 10)"
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
