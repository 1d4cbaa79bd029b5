// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc
import Synchronization

/// Runs commands, each as often as its block says, and collects their output.
///
/// One thread waits for all of them: a command that takes long holds up no
/// other.
package final class CommandCollector: Sendable {
    private let commands: [CommandSource]
    private let agent: AgentIdentity
    private let queue: EventQueue
    private let board: StatusBoard
    private let environment: [String: String]
    private let bell: Bell
    private let isStopping = Mutex(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Begins nothing yet; commands see `environment`, without what is meant for
    /// Jaga.
    ///
    /// - Throws: ``CollectorError`` `no-thread` when the system has no
    ///   descriptor left.
    package init(
        commands: [CommandSource],
        environment: [String: String],
        agent: AgentIdentity,
        queue: EventQueue,
        board: StatusBoard
    ) throws {
        self.commands = commands
        self.environment = environment.filter { !$0.key.hasPrefix("JAGA_") }
        self.agent = agent
        self.queue = queue
        self.board = board
        bell = try Bell()
    }

    /// Starts the thread, if there is a command at all.
    ///
    /// - Throws: ``CollectorError`` `no-thread`.
    package func start() throws {
        guard !commands.isEmpty else { return }
        let started = try DedicatedThread(name: "commands") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends the commands and the thread; blocks until it has.
    ///
    /// A push that waits for room in the queue holds it up: close the queue
    /// before, or go on popping.
    package func stop() {
        isStopping.withLock { $0 = true }
        bell.ring()
        thread.withLock { $0 }?.join()
    }

    private func run() {
        var jobs = commands.map { CommandJob($0, agent: agent, environment: environment) }
        for job in jobs { report(job) }
        var clock = LocalClock()
        while !isStopping.withLock({ $0 }) {
            wait(for: jobs)
            for index in jobs.indices {
                let batch = jobs[index].work(at: clock.now())
                if jobs[index].isChanged { report(jobs[index]) }
                guard !batch.isEmpty else { continue }
                guard queue.pushBlocking(Delivery(batch: batch, checkpoint: nil)) else { return }
            }
        }
    }

    /// Returns when there is output, or it is time for something.
    private func wait(for jobs: [CommandJob]) {
        var polled = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
        var next = MonotonicTime.now.advanced(by: .seconds(60))
        for job in jobs {
            next = min(next, job.nextLook)
            if let descriptor = job.descriptor {
                polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
        }
        let wait = next.nanoseconds - MonotonicTime.now.nanoseconds
        let milliseconds = Int32(clamping: max(0, wait + 999_999) / 1_000_000)
        poll(&polled, nfds_t(polled.count), milliseconds)
        if polled[0].revents != 0 { bell.silence() }
    }

    private func report(_ job: CommandJob) {
        board.update(StatusName(.command, job.command.alias)) { status in
            status.state = job.state
            status.counts = job.counts
        }
    }
}
