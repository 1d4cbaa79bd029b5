// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc

/// Looks after rotated files: compresses them, and removes the oldest by age
/// and by total size.
///
/// It shares no state with ``AlertLog`` but the folder, so it runs on a thread
/// of its own, also while the log rotates, and after a crash simply goes on. It
/// never touches the current file.
package struct AlertArchiver: Sendable {
    /// What is kept.
    package struct Configuration: Sendable {
        /// The folder of alerts, as in ``AlertLog/Configuration/folder``.
        package var folder: String
        /// What the record is of.
        package var kind = RecordKind.alerts
        /// A file is removed when its day is more than so many days ago.
        package var keepDays = 90
        /// The oldest files are removed until all together are at most this.
        package var keepBytes = 5 << 30
        /// How long after its last line a file is compressed: followers that
        /// are behind can read it to its end meanwhile.
        package var compressAfterSeconds: Int64 = 600

        package init(folder: String) {
            self.folder = folder
        }
    }

    /// What a pass did.
    package struct Report: Sendable {
        /// Now compressed, oldest first; names are those of before.
        package var compressed: [DatedFile] = []
        /// Removed by age or total size, oldest first.
        package var removed: [DatedFile] = []
        /// What could not be done; the next pass tries again.
        package var failures: [AlertStoreError] = []
        /// Bytes of all files, the current one among them, after the pass.
        package var totalBytes = 0
    }

    private struct Candidate {
        let file: DatedFile
        let status: FileStatus
    }

    package let configuration: Configuration
    private let folder: AlertFolder

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        folder = AlertFolder(path: configuration.folder, kind: configuration.kind)
    }

    /// Does everything that is due at `time`.
    ///
    /// To be called every minute or so.
    ///
    /// Removal by age comes before compression, since on a full disk it makes
    /// the room. Blocks, for seconds when there is a file to compress.
    ///
    /// - Throws: when the folder cannot be read; single files that cannot be
    ///   worked on stand in the report.
    package func pass(at time: Timestamp) throws(AlertStoreError) -> Report {
        var report = Report()
        try removeUnfinished(&report)
        var rotated = try rotatedFiles()
        removeOld(&rotated, at: time, &report)
        compress(rotated, at: time, &report)
        try removeSurplus(at: time, &report)
        return report
    }

    /// Files that nobody writes to any more, oldest first.
    private func rotatedFiles() throws(AlertStoreError) -> [Candidate] {
        var candidates: [Candidate] = []
        for file in try folder.datedFiles() {
            guard let status = try FileStatus.of(path: folder.path(of: file)),
                status.isRegularFile
            else { continue }
            candidates.append(Candidate(file: file, status: status))
        }
        let current = try folder.currentIdentities()
        return candidates.filter { !current.contains($0.status.identity) }
    }

    private func removeUnfinished(_ report: inout Report) throws(AlertStoreError) {
        for month in try folder.monthFolders() {
            for name in try Folder.names(in: month)
            where name.hasSuffix(".json.gz" + GzipFile.temporarySuffix) {
                attempt(&report) { () throws(AlertStoreError) in
                    try Folder.unlink(month + "/" + name)
                }
            }
        }
    }

    private func removeOld(
        _ rotated: inout [Candidate],
        at time: Timestamp,
        _ report: inout Report
    ) {
        let today = DatedFile(day: time.local, part: 0, kind: configuration.kind).dayNumber
        let oldest = today - Int64(clamping: configuration.keepDays)
        rotated.removeAll { candidate in
            candidate.file.dayNumber < oldest && remove(candidate.file, at: time, &report)
        }
        attempt(&report) { () throws(AlertStoreError) in
            for part in try folder.tornParts() {
                guard let status = try FileStatus.of(path: part),
                    status.modifiedSeconds / 86_400 < oldest
                else { continue }
                try Folder.unlink(part)
            }
        }
    }

    private func compress(_ rotated: [Candidate], at time: Timestamp, _ report: inout Report) {
        for candidate in rotated where !candidate.file.isCompressed {
            let path = folder.path(of: candidate.file)
            if candidate.status.size == 0 {
                // Begun, and never written to: a day without alerts.
                attempt(&report) { () throws(AlertStoreError) in try Folder.unlink(path) }
                continue
            }
            let age = time.seconds - candidate.status.modifiedSeconds
            guard age >= configuration.compressAfterSeconds else { continue }
            let isDone = attempt(&report) { () throws(AlertStoreError) in
                try GzipFile.replace(
                    path,
                    with: folder.path(of: candidate.file.compressed),
                    in: folder.path + "/" + candidate.file.relativeFolder
                )
            }
            if isDone { report.compressed.append(candidate.file) }
        }
    }

    private func removeSurplus(
        at time: Timestamp,
        _ report: inout Report
    ) throws(AlertStoreError) {
        let current = try FileStatus.of(path: folder.current)?.size ?? 0
        let rotated = try rotatedFiles()
        report.totalBytes = rotated.reduce(current) { $0 + $1.status.size }
        for candidate in rotated where report.totalBytes > configuration.keepBytes {
            if remove(candidate.file, at: time, &report) {
                report.totalBytes -= candidate.status.size
            }
        }
    }

    private func remove(_ file: DatedFile, at time: Timestamp, _ report: inout Report) -> Bool {
        let isDone = attempt(&report) { () throws(AlertStoreError) in
            try Folder.unlink(folder.path(of: file))
        }
        guard isDone else { return false }
        report.removed.append(file)
        // The log may be about to use this month's folder; others are done with.
        if file.relativeFolder
            != DatedFile(day: time.local, part: 0, kind: configuration.kind).relativeFolder
        {
            rmdir(folder.path + "/" + file.relativeFolder)
        }
        return true
    }

    @discardableResult
    private func attempt(
        _ report: inout Report,
        _ work: () throws(AlertStoreError) -> Void
    ) -> Bool {
        do throws(AlertStoreError) {
            try work()
            return true
        } catch {
            report.failures.append(error)
            return false
        }
    }
}
