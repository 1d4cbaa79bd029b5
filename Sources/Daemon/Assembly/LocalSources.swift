// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel

/// What `<localfile>` blocks ask for besides files: commands and the journal.
struct LocalSources: Sendable {
    private let commands: CommandCollector
    /// Nil when no block asks for it.
    private let journal: JournalCollector?

    init(
        _ blocks: [LocalFileBlock],
        environment: [String: String],
        agent: AgentIdentity,
        queue: EventQueue,
        ledger: PositionLedger,
        board: StatusBoard
    ) throws {
        commands = try CommandCollector(
            commands: blocks.compactMap(CommandSource.init(block:)),
            environment: environment,
            agent: agent,
            queue: queue,
            board: board
        )
        guard let configuration = JournalCollector.Configuration(blocks, environment) else {
            journal = nil
            return
        }
        journal = try JournalCollector(
            configuration: configuration,
            agent: agent,
            queue: queue,
            ledger: ledger,
            board: board
        )
    }

    /// Starts the threads that are needed.
    func start() throws {
        try commands.start()
        try journal?.start()
    }

    /// Ends them, once the queue is closed; it blocks.
    func stop() {
        commands.stop()
        journal?.stop()
    }
}

extension LocalFile {
    /// What a block says of files; nil when it is of no file.
    init?(block: LocalFileBlock) {
        let format: LineFormat
        switch block.format {
        case .lines: format = .lines
        case .json: format = .json
        case .multiLine(let count): format = .multiLine(count)
        case .multiLineRegex(let rule): format = .multiLineRegex(rule)
        case .audit: format = .audit
        case .command, .journal: return nil
        }
        self.init(
            location: block.location,
            format: format,
            excludes: block.excludes,
            onlyFutureEvents: block.onlyFutureEvents
        )
        options = block.options
        limits = block.limits
    }
}

extension CommandSource {
    /// The command of a block; nil when it has none.
    fileprivate init?(block: LocalFileBlock) {
        guard case .command(let command) = block.format else { return nil }
        self.init(
            command: command.line,
            alias: command.alias,
            format: command.format,
            frequencySeconds: command.frequencySeconds,
            options: block.options
        )
    }
}

extension JournalCollector.Configuration {
    /// What all blocks of the journal ask for together; nil when there is none.
    ///
    /// The first block's options count for all: an entry is one event, whichever
    /// of them asks for it.
    fileprivate init?(_ blocks: [LocalFileBlock], _ environment: [String: String]) {
        var conditions: [[JournalFilter.Condition]] = []
        var first: LocalFileBlock?
        for block in blocks {
            guard case .journal(let asked) = block.format else { continue }
            first = first ?? block
            conditions.append(asked)
        }
        guard let first else { return nil }
        self.init(filter: JournalFilter(blocks: conditions), environment: environment)
        options = first.options
    }
}
