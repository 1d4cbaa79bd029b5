// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The folder of an index, and what lies where in it.
///
/// ```
/// alerts-000001.sqlite   the oldest partition (and SQLite's -wal and -shm)
/// alerts-000002.sqlite   the next one; the last one is written to
/// alerts.lock            held by the process that writes
/// ```
struct IndexFolder: Sendable {
    let path: String
    let kind: RecordKind

    var lock: String { "\(path)/\(kind.rawValue).lock" }

    func path(ofPartition number: Int) -> String {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
        return "\(path)/\(kind.rawValue)-\(zeros)\(digits).sqlite"
    }

    /// The numbers of all partitions, rising.
    func partitions() throws(AlertStoreError) -> [Int] {
        let prefix = kind.rawValue + "-"
        var numbers: [Int] = []
        for name in try Folder.names(in: path)
        where name.hasPrefix(prefix) && name.hasSuffix(".sqlite") {
            let digits = name.dropFirst(prefix.count).dropLast(7)
            guard digits.count >= 6, let number = Int(digits), number > 0 else { continue }
            numbers.append(number)
        }
        return numbers.sorted()
    }

    /// Bytes of a partition on the disk.
    func bytes(ofPartition number: Int) throws(AlertStoreError) -> Int {
        var total = 0
        for suffix in ["", "-wal"] {
            total += try FileStatus.of(path: path(ofPartition: number) + suffix)?.size ?? 0
        }
        return total
    }

    func remove(partition number: Int) throws(AlertStoreError) {
        for suffix in ["", "-wal", "-shm"] {
            try Folder.unlink(path(ofPartition: number) + suffix)
        }
    }
}
