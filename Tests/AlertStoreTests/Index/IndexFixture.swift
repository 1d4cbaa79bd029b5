// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Synchronization

/// A record and its index in a folder of a test's own.
final class IndexFixture {
    let folder: TemporaryFolder
    let notices = NoticeBox()
    var configuration: AlertIndexer.Configuration

    init() throws {
        folder = try TemporaryFolder()
        configuration = AlertIndexer.Configuration(
            record: folder.alerts,
            kind: .alerts,
            index: folder.path + "/index"
        )
        configuration.segmentRows = 64
        configuration.partitionRows = 256
        configuration.partitionDays = 100_000
        configuration.retention.maximumDays = 100_000
    }

    /// The log, to write to.
    func log(at time: Timestamp = .november(23)) throws -> AlertLog {
        try AlertLog(AlertLog.Configuration(folder: folder.alerts), at: time)
    }

    /// Indexes all that is in the record.
    @discardableResult
    func index() throws -> AlertIndexer.Progress {
        let indexer = try AlertIndexer(configuration) { [notices] in notices.add($0) }
        try indexer.catchUp { _ in }
        return indexer.progress
    }

    /// What answers.
    func reader() -> SQLiteAlertIndex {
        SQLiteAlertIndex(
            SQLiteAlertIndex.Configuration(
                record: configuration.record,
                kind: .alerts,
                index: configuration.index
            ),
            damaged: { _ in }
        )
    }

    /// All indexed alerts' lines, in the record's order.
    func indexedLines() async throws -> [String] {
        var lines: [String] = []
        var search = AlertSearch(AlertQuery(), order: .oldestFirst, limit: 1000)
        let reader = reader()
        repeat {
            let page = try await reader.search(search)
            lines += page.alerts.map { String(decoding: $0.json, as: UTF8.self) }
            search.after = page.next
        } while search.after != nil
        return lines
    }
}

/// Notices in the order they came.
final class NoticeBox: Sendable {
    private let kept = Mutex<[AlertIndexer.Notice]>([])

    func add(_ notice: AlertIndexer.Notice) { kept.withLock { $0.append(notice) } }

    var all: [AlertIndexer.Notice] { kept.withLock { $0 } }
}

extension AlertBatch {
    init(lines: [String]) {
        self.init()
        for line in lines { bytes += Array(line.utf8) + [UInt8(ascii: "\n")] }
    }
}
