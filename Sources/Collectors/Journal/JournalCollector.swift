// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc
import Synchronization

/// Follows the systemd journal through `journalctl`, and resumes behind the
/// last entry that was acknowledged.
///
/// The program, not its library: it reads journals of its own version's format,
/// is there wherever a journal is, and its failure is not ours.
package final class JournalCollector: Sendable {
    /// What is read, and how.
    package struct Configuration: Sendable, Equatable {
        package var filter: JournalFilter
        package var options = FramingOptions()
        /// Path or name of `journalctl`.
        package var program = "journalctl"
        package var environment: [String: String]
        /// Between two tries, doubled each time up to a minute.
        package var retryInterval = Duration.seconds(1)

        package init(filter: JournalFilter, environment: [String: String]) {
            self.filter = filter
            self.environment = environment.filter { !$0.key.hasPrefix("JAGA_") }
        }
    }

    private let configuration: Configuration
    private let agent: AgentIdentity
    private let queue: EventQueue
    private let ledger: PositionLedger
    private let board: StatusBoard
    private let bell: Bell
    private let isStopping = Mutex(false)
    private let thread = Mutex<DedicatedThread?>(nil)

    private static let key = SourceKey(kind: .journal, name: Array("journald".utf8))
    private static let longestRetry = Duration.seconds(60)

    /// Begins nothing yet.
    ///
    /// - Throws: ``CollectorError`` `no-thread` when the system has no
    ///   descriptor left.
    package init(
        configuration: Configuration,
        agent: AgentIdentity,
        queue: EventQueue,
        ledger: PositionLedger,
        board: StatusBoard
    ) throws {
        self.configuration = configuration
        self.agent = agent
        self.queue = queue
        self.ledger = ledger
        self.board = board
        bell = try Bell()
    }

    /// Starts the thread.
    ///
    /// - Throws: ``CollectorError`` `no-thread`.
    package func start() throws {
        let started = try DedicatedThread(name: "journal") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends reading and the thread; blocks until it has.
    ///
    /// A push that waits for room in the queue holds it up: close the queue
    /// before, or go on popping.
    package func stop() {
        isStopping.withLock { $0 = true }
        bell.ring()
        thread.withLock { $0 }?.join()
    }

    private func run() {
        var session = JournalSession(configuration, agent: agent, cursor: cursor)
        var retry = configuration.retryInterval
        while !isStopping.withLock({ $0 }) {
            let entries = session.counts.events
            do {
                try read(&session)
            } catch {
                session.fail((error as? CollectorError)?.message ?? "cannot be started")
            }
            // One that came far starts anew at once.
            if session.counts.events > entries { retry = configuration.retryInterval }
            report(session, retry: retry)
            pause(retry)
            retry = min(retry * 2, Self.longestRetry)
        }
    }

    private var cursor: [UInt8]? {
        guard case .journal(let cursor) = ledger.position(of: Self.key) else { return nil }
        return cursor
    }

    /// Reads until the program ends.
    private func read(_ session: inout JournalSession) throws {
        let child = try ChildProcess(
            session.command.arguments,
            environment: configuration.environment,
            errorOutput: .joined
        )
        session.begin()
        report(session, retry: nil)
        var clock = LocalClock()
        while !isStopping.withLock({ $0 }) {
            var polled = [
                pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, nfds_t(polled.count), -1)
            if polled[0].revents != 0 { bell.silence() }
            guard polled[1].revents != 0 else { continue }
            var batch = EventBatch()
            let isOpen = session.read(child.output, at: clock.now(), into: &batch)
            guard deliver(batch, of: session) else { return }
            report(session, retry: nil)
            if !isOpen { break }
        }
        session.end(child.end())
    }

    private func deliver(_ batch: EventBatch, of session: JournalSession) -> Bool {
        guard let cursor = session.newCursor else { return true }
        let checkpoint = Checkpoint(
            ledger: ledger,
            source: Self.key,
            change: .advance(.journal(cursor: cursor))
        )
        if queue.pushBlocking(Delivery(batch: batch, checkpoint: checkpoint)) { return true }
        isStopping.withLock { $0 = true }
        return false
    }

    private func pause(_ duration: Duration) {
        let end = MonotonicTime.now.advanced(by: duration)
        while !isStopping.withLock({ $0 }) {
            let wait = end.nanoseconds - MonotonicTime.now.nanoseconds
            guard wait > 0 else { return }
            var polled = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, Int32(clamping: (wait + 999_999) / 1_000_000))
            if polled.revents != 0 { bell.silence() }
        }
    }

    /// `retry` is nil while it is read.
    private func report(_ session: JournalSession, retry: Duration?) {
        board.update(StatusName(.journal, "journald")) { status in
            status.counts = session.counts
            status.lastRecord = session.lastRecord ?? status.lastRecord
            if let retry {
                let seconds = Double(retry.wholeNanoseconds) / 1e9
                status.state = .waiting(
                    reason: session.complaint ?? "journalctl has ended",
                    retrySeconds: seconds
                )
            } else if let complaint = session.complaint {
                status.state = .waiting(reason: complaint, retrySeconds: nil)
            } else {
                status.state = .connected("")
            }
        }
    }
}
