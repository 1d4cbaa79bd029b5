// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import GRDB
import Glibc
import Synchronization

/// Alerts found by the columns that an ``AlertIndexer`` keeps in SQLite, in this
/// process or another one.
///
/// Each call reads one moment of each partition; blocking work is done on GRDB's
/// queues, as many partitions at a time as there are cores.
package final class SQLiteAlertIndex: AlertIndex {
    /// Where things are, and what may be used.
    package struct Configuration: Sendable {
        /// As in ``AlertIndexer/Configuration``.
        package var record: String
        package var kind: RecordKind
        package var index: String
        /// Memory for columns that were read.
        package var cacheBytes = 32 << 20

        package init(record: String, kind: RecordKind, index: String) {
            self.record = record
            self.kind = kind
            self.index = index
        }
    }

    private struct Opened {
        let reader: PartitionReader
        let identity: FileStatus.Identity
    }

    let configuration: Configuration
    private let folder: IndexFolder
    private let cache: PartCache
    private let opened = Mutex<[Int: Opened]>([:])
    private let damaged: @Sendable (String) -> Void

    /// - Parameters:
    ///   - configuration: As that of the indexer.
    ///   - damaged: Called when a partition cannot be read for what is in it;
    ///     an indexer in this process wants to know
    ///     (``AlertIndexer/reportDamage(_:)``).
    package init(
        _ configuration: Configuration,
        damaged: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.damaged = damaged
        folder = IndexFolder(path: configuration.index, kind: configuration.kind)
        cache = PartCache(maximumBytes: configuration.cacheBytes)
    }

    /// All fields, by name.
    package func fields() async throws -> [IndexedField] {
        let tables = try await each(try partitions()) { try await $0.read(\.fields) }
        var kinds: [String: IndexedField.Kind] = [:]
        // The newest partition's word counts.
        for table in tables {
            for field in 0..<table.count {
                kinds[String(decoding: table.name(field), as: UTF8.self)] = table.kind(field)
            }
        }
        return kinds.keys.sorted().map { IndexedField(name: $0, kind: kinds[$0] ?? .keyword) }
    }

    /// The alert with this id.
    package func alert(id: String) async throws -> IndexedAlert? {
        let query = AlertQuery(filter: .field("id", .equals(id)))
        let page = try await search(AlertSearch(query, limit: 1, counts: false))
        return page.alerts.first
    }

    /// The partitions there are, the oldest first.
    func partitions() throws -> [PartitionReader] {
        do {
            let numbers = try folder.partitions()
            return try opened.withLock { opened in
                for number in opened.keys where !numbers.contains(number) {
                    opened[number] = nil
                }
                return try numbers.compactMap { number in
                    let path = folder.path(ofPartition: number)
                    guard let identity = try FileStatus.of(path: path)?.identity else { return nil }
                    if let known = opened[number], known.identity == identity {
                        return known.reader
                    }
                    let reader = try PartitionReader(path: path, number: number, cache: cache)
                    opened[number] = Opened(reader: reader, identity: identity)
                    return reader
                }
            }
        } catch {
            throw failure(error)
        }
    }

    /// Asks partitions; answers come in their order, without those that were
    /// removed meanwhile.
    func each<Result: Sendable>(
        _ partitions: [PartitionReader],
        _ body: @escaping @Sendable (PartitionReader) async throws -> Result
    ) async throws -> [Result] {
        try await each(partitions, do: { try await Self.present($0, body) }).compactMap { $0 }
    }

    /// Does some things, as many at a time as there are cores; answers come in
    /// their order.
    func each<Item: Sendable, Result: Sendable>(
        _ items: [Item],
        do body: @escaping @Sendable (Item) async throws -> Result
    ) async throws -> [Result] {
        do {
            return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
                var results = [Result?](repeating: nil, count: items.count)
                var next = 0
                func start() {
                    let index = next
                    let item = items[index]
                    next += 1
                    group.addTask { (index, try await body(item)) }
                }
                while next < min(Self.width, items.count) { start() }
                while let (index, result) = try await group.next() {
                    results[index] = result
                    if next < items.count { start() }
                }
                return results.compactMap { $0 }
            }
        } catch {
            throw failure(error)
        }
    }

    /// Asks one partition; nil when it has no tables yet, or is gone.
    @discardableResult
    static func present<Result: Sendable>(
        _ partition: PartitionReader,
        _ body: @Sendable (PartitionReader) async throws -> Result
    ) async throws -> Result? {
        do {
            return try await body(partition)
        } catch is UnfinishedPartition {
            return nil
        } catch let error as DatabaseError
            where error.resultCode.primaryResultCode == .SQLITE_CANTOPEN
        {
            return nil
        }
    }

    /// What a caller is told.
    func failure(_ error: any Error) -> any Error {
        if error is AlertIndexError || error is CancellationError { return error }
        if PartitionSchema.isDamage(error) { damaged("it is damaged: \(error)") }
        return AlertIndexError(
            .unavailable,
            "cannot read the index in \(folder.path): \(error): if it stays so, "
                + "run jaga alerts reindex",
            cause: error
        )
    }

    static let width = max(1, min(8, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
}
