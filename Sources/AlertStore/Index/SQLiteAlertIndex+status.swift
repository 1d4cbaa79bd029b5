// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension SQLiteAlertIndex {
    private struct Part: Sendable {
        var alerts = 0
        var oldest: Int64?
        var newest: Int64?
        var state: PartitionState
    }

    /// How the index stands.
    package func status() async throws -> AlertIndexStatus {
        let partitions = try partitions()
        let parts = try await each(partitions) { partition in
            try await partition.read { snapshot in
                var part = Part(state: snapshot.state)
                part.alerts = snapshot.segments.reduce(0) { $0 + $1.rowCount }
                part.oldest = snapshot.segments.map(\.header.oldest).min()
                part.newest = snapshot.segments.map(\.header.newest).max()
                return part
            }
        }
        var status = AlertIndexStatus(engine: AlertStoreEngine.sqlite.rawValue)
        status.partitions = parts.count
        status.alerts = parts.reduce(0) { $0 + $1.alerts }
        status.oldest = parts.compactMap(\.oldest).min()
        status.newest = parts.compactMap(\.newest).max()
        status.droppedFields = parts.last?.state.droppedFields ?? 0
        status.malformedLines = parts.last?.state.malformedLines ?? 0
        do throws(AlertStoreError) {
            for partition in partitions {
                status.bytes += try partition.bytes()
            }
            try addLag(parts.last?.state.position, to: &status)
        } catch {
            throw failure(error)
        }
        return status
    }

    private func addLag(
        _ position: RecordPosition?,
        to status: inout AlertIndexStatus
    ) throws(AlertStoreError) {
        let folder = AlertFolder(path: configuration.record, kind: configuration.kind)
        let reader = RecordReader(folder, from: position)
        status.lagBytes = try reader.lag()
        guard status.lagBytes > 0 else { return }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
        let oldest = try reader.timeOfNextLine() ?? status.newest ?? milliseconds
        status.lagSeconds = max(0, Double(milliseconds - oldest) / 1000)
    }
}

extension PartitionReader {
    /// Bytes on the disk.
    func bytes() throws(AlertStoreError) -> Int {
        var total = 0
        for suffix in ["", "-wal"] { total += try FileStatus.of(path: path + suffix)?.size ?? 0 }
        return total
    }
}

extension RecordReader {
    /// The time of the first line behind the position, in milliseconds since the
    /// epoch; nil when it cannot be told quickly.
    func timeOfNextLine() throws(AlertStoreError) -> Int64? {
        guard let position, let bytes = try head(of: position) else { return nil }
        let mark = Array("\"timestamp\":\"".utf8)
        for start in bytes.indices where bytes[start...].starts(with: mark) {
            let value = bytes[(start + mark.count)...].prefix { $0 != UInt8(ascii: "\"") }
            return ISOTime.milliseconds(Array(value).span, offset: 0)
        }
        return nil
    }
}
