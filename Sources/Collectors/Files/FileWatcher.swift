// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Synchronization

/// Follows files on one thread, and puts their events into the queue.
package final class FileWatcher: Sendable {
    /// What the thread is asked to do.
    enum Command: Sendable {
        case follow(FileTarget)
        /// More became known of where its lines come from.
        case replaceSource(FileTargetID, EventSource)
        /// Open its files as they appear: they may not be there for long.
        case catchRotations(FileTargetID)
        /// Read to the end: what waits for its own end will not get one.
        case settle(FileTargetID)
        /// Read to the end, close, and forget its position.
        case finish(FileTargetID, FinishReason)
        case collect(LocalFile, AgentIdentity)
        case stop
    }

    /// Why a file is followed no longer.
    enum FinishReason: Sendable, Equatable {
        /// Its container is gone, which had been started: not to have seen its
        /// log is a loss.
        case removedAfterStart
        case removedBeforeStart
        /// It is read another way.
        case readElsewhere
    }

    /// How often everything is looked at again, notices or not.
    package struct Configuration: Sendable, Equatable {
        /// Where inotify works, for what it cannot tell, such as a folder that
        /// did not exist.
        package var interval: Duration
        /// Where a file cannot be watched by inotify.
        package var pollInterval: Duration
        /// Files held open at once; nil for what the system's limit leaves.
        ///
        /// Beyond it those that rest are closed until they change.
        package var openFileLimit: Int?
        /// Files and folders watched at once; nil for what the system gives.
        ///
        /// Beyond it they are looked at every ``pollInterval``.
        package var watchLimit: Int?
        /// What is never read, whatever a `<localfile>` says; nil for nothing.
        package var ownFiles: OwnFiles?

        package init(interval: Duration = .seconds(2), pollInterval: Duration = .seconds(1)) {
            self.interval = interval
            self.pollInterval = pollInterval
        }
    }

    let board: StatusBoard
    private let commands = Mutex<[Command]>([])
    private let bell: Bell
    private let nextID = Mutex(0)
    private let thread = Mutex<DedicatedThread?>(nil)
    private let configuration: Configuration
    private let queue: EventQueue
    private let ledger: PositionLedger

    /// Begins nothing yet.
    ///
    /// - Throws: ``CollectorError`` `no-thread` when the system has no
    ///   descriptor left.
    package init(
        configuration: Configuration,
        queue: EventQueue,
        ledger: PositionLedger,
        board: StatusBoard
    ) throws {
        self.configuration = configuration
        self.queue = queue
        self.ledger = ledger
        self.board = board
        bell = try Bell()
    }

    /// Starts the thread.
    ///
    /// - Throws: ``CollectorError`` `no-thread`.
    package func start() throws {
        let started = try DedicatedThread(name: "files") { [self] in
            let loop = FileWatchLoop(
                configuration: configuration,
                queue: queue,
                ledger: ledger,
                board: board
            )
            loop.run(bell: bell) { self.takeCommands() }
        }
        thread.withLock { $0 = started }
    }

    /// Ends the thread without waiting for files to end; blocks until it has.
    ///
    /// A push that waits for room in the queue holds it up: close the queue
    /// before, or go on popping.
    package func stop() {
        send(.stop)
        thread.withLock { $0 }?.join()
    }

    /// An id for a new target.
    func makeID() -> FileTargetID {
        nextID.withLock { number in
            number += 1
            return FileTargetID(number: number)
        }
    }

    /// Commands are obeyed in order, soon.
    func send(_ command: Command) {
        commands.withLock { $0.append(command) }
        bell.ring()
    }

    private func takeCommands() -> [Command] {
        commands.withLock { commands in
            defer { commands.removeAll() }
            return commands
        }
    }
}
