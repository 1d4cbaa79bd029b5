// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Fleet
import Spool

/// The long-lived parts of an agent, made and joined.
struct AgentParts: Sendable {
    let collection: Collection
    let spool: Spool
    let writing: SpoolWriting
    /// To a manager of Jaga; nil when the host is enrolled at none.
    let delivery: AgentDelivery?
    /// To a manager of Wazuh; nil when the settings name none.
    let reporter: Reporter?

    /// - Throws: `SpoolError`, `CollectorError`, ``DaemonError`` when files cannot be used.
    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        isEnrolled: Bool,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) throws {
        let data = configuration.data
        let positions = try PositionStore(path: data.state + "/positions")
        collection = try Collection(configuration, settings, positions, notice: notice)
        let mark = isEnrolled ? try DeliveryMark(path: data.fleet + "/delivered") : nil
        let reported = ReportPosition.read(data.reported)
        let done = mark?.now.done ?? reported ?? 1
        var spooled = Spool.Configuration(
            folder: data.spool,
            limitBytes: configuration.spoolLimit
        )
        // A number is never given twice, though the spool was removed.
        spooled.firstSequence = max(
            positions.ledger.spooledBefore,
            mark?.now.main.next ?? done
        )
        spool = try Spool(
            spooled,
            acknowledged: done,
            kept: min(done, reported ?? .max)
        ) { sequence, checkpoint in
            // One that is not understood moves no position: its source is read again.
            positions.ledger.restore(checkpoint, sequence: sequence)
        }
        if let damage = OperatorNotice(damageOf: spool) { notice(damage) }
        let feed = SpoolFeed(next: spool.nextSequence)
        writing = SpoolWriting(queue: collection.queue, spool: spool, feed: feed, notice: notice)
        delivery = mark.map { [spool] mark in
            AgentDelivery(
                spool: spool,
                feed: feed,
                mark: mark,
                backlogEvents: configuration.backlogEvents,
                notice: notice
            )
        }
        reporter = Reporter(
            configuration,
            settings.client,
            spool,
            isEnrolled ? .beside : .alone(feed),
            notice: notice
        )
    }
}
