// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Daemon

/// The index of a data folder, as subcommands use it.
struct IndexFiles {
    let data: DataFolder
    let kind: RecordKind

    private var record: String { data.path + "/" + kind.rawValue }
    private var folder: String { data.path + "/index" }

    /// What answers.
    func index() -> any AlertIndex {
        AlertStoreEngine.sqlite.index(
            SQLiteAlertIndex.Configuration(record: record, kind: kind, index: folder),
            damaged: { _ in }
        )
    }

    /// The writer, when no other process is it.
    ///
    /// - Throws: ``AlertIndexError``.
    func indexer() throws(AlertIndexError) -> AlertIndexer {
        try AlertIndexer(
            AlertIndexer.Configuration(record: record, kind: kind, index: folder),
            observer: { Terminal.note("jaga: \($0)") }
        )
    }

    /// Indexes what is not yet, unless another process does.
    func catchUp() throws {
        do throws(AlertIndexError) {
            let indexer = try indexer()
            let progress = ProgressLine("indexing")
            try indexer.catchUp { progress.show($0) }
            progress.clear()
        } catch {
            // Who may only read the folder searches what is indexed.
            guard error.code == .locked || isReadable(error) else { throw error }
        }
    }

    /// Says on standard error how far the index is behind the record.
    func noteLag(of index: any AlertIndex) async throws {
        let status = try await index.status()
        guard status.lagBytes > 0 else { return }
        Terminal.note(
            "jaga: the index is \(status.lagBytes) bytes behind the record, about "
                + "\(Int(status.lagSeconds.rounded(.up))) s: the newest alerts may be missing"
        )
    }

    private func isReadable(_ error: AlertIndexError) -> Bool {
        (error.cause as? AlertStoreError)?.code == .permission
    }
}
