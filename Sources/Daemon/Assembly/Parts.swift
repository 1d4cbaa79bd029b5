// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Spool

/// The long-lived parts of a manager, or of an all-in-one, made and joined.
struct Parts: Sendable {
    let collection: Collection
    let spool: Spool
    let feed: SpoolFeed
    let writing: SpoolWriting
    let metrics: PipelineMetrics
    let pipeline: AnalysisPipeline

    var queue: EventQueue { collection.queue }
    var board: StatusBoard { collection.board }

    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ history: PipelineHistory,
        _ observer: AnalysisPipeline.Observer
    ) throws {
        let positions = try PositionStore(path: configuration.data.state + "/positions")
        collection = try Collection(configuration, settings, positions, notice: observer.notice)
        metrics = PipelineMetrics()
        spool = try Self.openSpool(configuration, history, positions.ledger)
        feed = SpoolFeed(next: spool.nextSequence)
        writing = SpoolWriting(
            queue: collection.queue,
            spool: spool,
            feed: feed,
            notice: observer.notice
        )
        pipeline = AnalysisPipeline(
            spool: spool,
            feed: feed,
            firstNew: history.firstNew,
            metrics,
            observer
        )
    }

    /// Opens the spool, and brings the positions up to what it holds.
    private static func openSpool(
        _ configuration: AllInOne.Configuration,
        _ history: PipelineHistory,
        _ ledger: PositionLedger
    ) throws -> Spool {
        var spool = Spool.Configuration(
            folder: configuration.data.spool,
            limitBytes: configuration.spoolLimit
        )
        spool.firstSequence = ledger.spooledBefore
        return try Spool(
            spool,
            acknowledged: history.firstNew,
            kept: min(
                history.memory,
                ReportPosition.read(configuration.data.reported) ?? .max
            )
        ) { sequence, checkpoint in
            // One that is not understood moves no position: its source is read again.
            ledger.restore(checkpoint, sequence: sequence)
        }
    }

    /// What of an earlier run's spool could not be read; nil for nothing.
    var spoolDamage: OperatorNotice? { OperatorNotice(damageOf: spool) }

    /// Starts the threads that collect.
    func start() throws {
        try collection.start { [spool] in try spool.sync(before: $0) }
    }

    /// Makes the event of a manager that has started.
    ///
    /// Source: rule 502 of Wazuh.
    func tellStart(_ hostname: String) async {
        var batch = EventBatch()
        batch.append(
            Array("ossec: Manager started.".utf8),
            from: EventSource(
                agent: AgentIdentity(id: "000", name: hostname),
                location: "wazuh-monitord"
            ),
            at: HostClock.now()
        )
        // Not taken only at the end.
        _ = await queue.push(Delivery(batch: batch, checkpoint: nil))
    }

    /// Ends the threads and saves positions.
    ///
    /// The queue is closed by now. It blocks.
    func stop() { collection.stop() }
}

extension OperatorNotice {
    /// What of an earlier run's spool could not be read; nil for nothing.
    init?(damageOf spool: Spool) {
        let figures = spool.figures
        guard figures.damages > 0 || figures.foreignSegments > 0 else { return nil }
        self = .spoolDamaged(records: figures.damages, foreignSegments: figures.foreignSegments)
    }
}
