// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Fleet
import Glibc
import Synchronization

/// Many agents in one process, against a manager that runs on this host.
///
/// ```
/// FleetLoad DATA PORT AGENTS EVENTS_PER_SECOND SECONDS [AT_ONCE]
/// ```
/// DATA is the folder of a manager with `--agents 127.0.0.1:PORT`: tokens are put into its
/// registry as `jaga manager token create` does. AT_ONCE agents, 32 by default, enrol at
/// the same time. Each agent enrols, calls and delivers
/// once a second by the client that `jaga agent` uses; at a rate of 0 it only calls. Prints
/// how long the enrolment of all took, what was delivered, how long answers took, the
/// manager's memory, and what both sides took of the processors.
@main
final class FleetLoad: Sendable {
    private let folder: String
    private let manager: ManagerAddress
    private let agents: Int
    private let rate: Int
    private let seconds: Int
    private let data: String
    /// How many enrol at once.
    private let width: Int
    private let tally = Mutex(Tally())

    private struct Tally {
        var waits: [Double] = []
        /// Without those of the first seconds, in which all agents connect.
        var settledWaits: [Double] = []
        var events = 0
        var troubles: [String: Int] = [:]
        /// Of the manager, while all work.
        var memory = 0
    }

    /// All agents have connected by then.
    private static let settling = Duration.seconds(5)

    static func main() async throws {
        guard let load = FleetLoad(CommandLine.arguments) else {
            print("usage: FleetLoad DATA PORT AGENTS EVENTS_PER_SECOND SECONDS [AT_ONCE]")
            return
        }
        signal(SIGPIPE, SIG_IGN)
        try await load.run()
    }

    /// Nil when the arguments are not as above.
    private init?(_ arguments: [String]) {
        let numbers = arguments.dropFirst(2).compactMap { Int($0) }
        guard (6...7).contains(arguments.count), numbers.count == arguments.count - 2 else {
            return nil
        }
        data = arguments[1]
        folder = data + "/state/fleet"
        manager = ManagerAddress(host: "127.0.0.1", port: numbers[0])
        (agents, rate, seconds) = (numbers[1], numbers[2], numbers[3])
        width = max(1, numbers.count > 4 ? numbers[4] : 32)
    }

    private func run() async throws {
        let clock = ContinuousClock()
        let before = memory()
        let tokens = try makeTokens()
        var identities: [AgentIdentityFile] = []
        let storm = try await clock.measure {
            identities = try await enrol(tokens)
        }
        print("\(identities.count) enrolled in \(Self.text(storm.seconds)) s, \(width) at a time")
        fflush(nil)
        let (managerTime, ownTime) = (processorTime(manager: true), processorTime(manager: false))
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
        let (managerEnd, ownEnd) = (processorTime(manager: true), processorTime(manager: false))
        print(
            "of one processor: manager"
                + " \(Self.text((managerEnd - managerTime) / Double(seconds) * 100)) %,"
                + " this load \(Self.text((ownEnd - ownTime) / Double(seconds) * 100)) %"
        )
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
                if number >= width, let next = try await group.next() { made.append(next) }
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
        let settled = clock.now.advanced(by: Self.settling)
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
                if begin > settled { tally.settledWaits.append(wait) }
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
        let during = tally.memory
        print(
            "\(tally.events) events delivered and committed in \(seconds) s; answers in ms:"
                + " \(Self.shares(tally.waits)); after the first seconds:"
                + " \(Self.shares(tally.settledWaits))"
        )
        print(
            "manager: \(before >> 20) MiB before, \(during >> 20) MiB with \(agents) agents,"
                + " \((max(0, during - before) / max(1, agents)) >> 10) KiB an agent"
        )
        for (trouble, count) in tally.troubles.sorted(by: { $0.key < $1.key }) {
            print("trouble, \(count) times: \(trouble)")
        }
    }

    private static func shares(_ waits: [Double]) -> String {
        let waits = waits.sorted()
        func at(_ share: Double) -> String {
            guard !waits.isEmpty else { return "-" }
            return text(waits[min(waits.count - 1, Int(Double(waits.count) * share))] * 1_000)
        }
        return "half \(at(0.5)), 99 of 100 \(at(0.99)), all \(at(1))"
    }

    /// The process that holds the data folder's lock; nil when none does.
    private func managerProcess() -> Substring? {
        var status = stat()
        guard stat(data + "/jaga.lock", &status) == 0 else { return nil }
        for line in Self.lines("/proc/locks") {
            let words = line.split(separator: " ")
            guard words.count > 5, !words.contains("->"),
                words[5].split(separator: ":").last == "\(status.st_ino)"
            else { continue }
            return words[4]
        }
        return nil
    }

    /// Resident bytes of the manager; 0 when there is none.
    private func memory() -> Int {
        guard let process = managerProcess() else { return 0 }
        let pages = Self.lines("/proc/\(process)/statm").first?.split(separator: " ")
        return (pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4_096
    }

    /// Seconds of a processor that the manager, or this program, has taken.
    private func processorTime(manager: Bool) -> Double {
        let process = manager ? managerProcess() ?? "" : "self"
        // Behind the name, which may have spaces: the 14th and 15th of all, in hundredths.
        let words =
            Self.lines("/proc/\(process)/stat").first?
            .split(separator: ")").last?.split(separator: " ") ?? []
        guard words.count > 12, let user = Double(words[11]), let system = Double(words[12]) else {
            return 0
        }
        return (user + system) / 100
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
